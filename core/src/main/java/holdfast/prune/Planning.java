package holdfast.prune;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.repository.BlobIndex;
import holdfast.repository.Repository;
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Makes a plan from the used blobs, the index and the pack files there are.
final class Planning {
    /// What a blob costs in its pack's header.
    private static final int HEADER_ENTRY_BYTES = 41;

    private final BlobIndex index;
    private final BitSet used;
    private final Map<ObjectId, Long> fileBytes = new HashMap<>();
    private final List<StoredFile> orphans = new ArrayList<>();

    Planning(Repository repository, BlobIndex index, BitSet used) throws IOException {
        this.index = index;
        this.used = used;
        repository.storage().listAll("data/").forEach(this::add);
    }

    private void add(StoredFile file) {
        ObjectId pack = ObjectId.parse(file.name().substring("data/".length()));
        if (index.hasPack(pack)) {
            fileBytes.put(pack, file.bytes());
        } else {
            orphans.add(file);
        }
    }

    PrunePlan plan(PruneOptions options, PrunePlan.Basis basis, int proofs) {
        PackUses uses = new PackUses(index, used, fileBytes.keySet());
        List<PackUse> packs = uses.packs(fileBytes);
        refuseIfDamaged(packs);
        PackChoice choice = PackChoice.of(packs, options);
        return new PrunePlan(summary(basis, uses, packs, choice, proofs), choice, orphans, basis, index, uses.kept());
    }

    private void refuseIfDamaged(List<PackUse> packs) {
        for (PackUse pack : packs) {
            if (pack.used() && pack.missing()) {
                throw UsedBlobs.cannotPrune(new HoldfastException.Damaged(
                        "pack data/" + pack.pack() + " is missing, and snapshots use it", ""));
            }
        }
    }

    private PruneSummary summary(
            PrunePlan.Basis basis, PackUses uses, List<PackUse> packs, PackChoice choice, int proofs) {
        long unusedBytes = sum(packs, PackUse::unusedBytes);
        long orphanBytes = orphans.stream().mapToLong(StoredFile::bytes).sum();
        long freed = orphanBytes
                + sum(choice.remove(), PackUse::fileBytes)
                + sum(choice.repack(), pack -> pack.unusedBytes() + (long) HEADER_ENTRY_BYTES * pack.unusedBlobs());
        return new PruneSummary(
                basis.snapshots().size(),
                sum(packs, PackUse::usedBlobs),
                sum(packs, PackUse::usedBytes),
                sum(packs, PackUse::unusedBlobs),
                unusedBytes,
                uses.duplicateBlobs(),
                uses.duplicateBytes(),
                choice.keep().size(),
                choice.remove().size(),
                choice.repack().size(),
                sum(choice.repack(), PackUse::fileBytes),
                choice.missing().size(),
                orphans.size(),
                orphanBytes,
                proofs,
                freed,
                sum(choice.keep(), PackUse::unusedBytes));
    }

    private static long sum(List<PackUse> packs, java.util.function.ToLongFunction<PackUse> figure) {
        return packs.stream().mapToLong(figure).sum();
    }
}
