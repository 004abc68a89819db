package holdfast.repository;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Proof;
import holdfast.repository.json.ProofJson;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Proofs as files beside the snapshots. Safe for use by many threads.
final class Proofs {
    private final SealedFiles files;

    Proofs(SealedFiles files) {
        this.files = files;
    }

    private record Stored(ObjectId id, Proof proof) {}

    List<Proof> all(Consumer<HoldfastException.Damaged> damaged) throws IOException {
        return stored(damaged).stream()
                .map(Stored::proof)
                .sorted(Comparator.comparing(Proof::at))
                .toList();
    }

    private List<Stored> stored(Consumer<HoldfastException.Damaged> damaged) throws IOException {
        List<ObjectId> ids = RawFiles.list(files.storage(), Kinds.PROOFS);
        SealedFiles.Reader<Stored> reader = (id, json) -> new Stored(id, ProofJson.read(json));
        return files.loadAll(Kinds.PROOFS, ids, reader, damaged);
    }

    void save(Proof proof) throws IOException {
        files.save(Kinds.PROOFS, ProofJson.write(proof));
    }

    void deleteOf(ObjectId snapshot) throws IOException {
        for (Stored stored : stored(damaged -> {})) {
            if (stored.proof().snapshot().equals(snapshot)) {
                RawFiles.delete(files.storage(), Kinds.PROOFS, stored.id());
            }
        }
    }

    /// See [Repository#removeOrphanProofs].
    int removeOrphans() throws IOException {
        List<Stored> all = stored(damaged -> {});
        Set<ObjectId> snapshots = new HashSet<>(RawFiles.list(files.storage(), Kinds.SNAPSHOTS));
        int removed = 0;
        for (Stored stored : all) {
            if (!snapshots.contains(stored.proof().snapshot())) {
                RawFiles.delete(files.storage(), Kinds.PROOFS, stored.id());
                removed++;
            }
        }
        return removed;
    }

    /// See [Repository#bestProofs].
    ///
    /// @param oldestFirst all proofs in order of time
    static Map<ObjectId, Proof> best(List<Proof> oldestFirst) {
        Map<ObjectId, Proof> best = new HashMap<>();
        for (Proof proof : oldestFirst) {
            best.merge(proof.snapshot(), proof, Proofs::better);
        }
        return best;
    }

    private static Proof better(Proof known, Proof later) {
        boolean replaces = !later.passed() || later.level().compareTo(known.level()) >= 0;
        return replaces ? later : known;
    }
}
