package holdfast.prune;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Proof;
import holdfast.model.Snapshot;
import holdfast.repository.BlobIndex;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Frees the space of blobs that no snapshot uses. Plans first ([PrunePlan]), then acts ([Sweep]) in an
/// order in which every crash leaves every listed snapshot whole. Used by one thread.
public final class Prune {
    private final Repository repository;
    private final Progress progress;

    public Prune(Repository repository, Progress progress) {
        this.repository = repository;
        this.progress = progress;
    }

    /// What a prune would do now. Changes nothing and takes no lock: the caller holds a shared one,
    /// unless the storage can only be read.
    ///
    /// @throws HoldfastException.Damaged when a snapshot, tree or index file cannot be read, or a used
    ///     blob or its
    ///     pack is missing: it cannot be known what is used
    public PrunePlan plan(PruneOptions options) throws IOException {
        if (repository.config().version() < 2) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot prune: the repository has format version 1, which is only read",
                    "`restic migrate upgrade_repo_v2` brings it to version 2");
        }
        progress.step("reading index");
        Set<String> files = basisFiles();
        List<Snapshot> snapshots = snapshots();
        BlobIndex index = index();
        progress.step("finding used blobs");
        BitSet used = UsedBlobs.find(repository, index, snapshots, progress);
        progress.step("planning");
        Set<ObjectId> ids = new HashSet<>();
        snapshots.forEach(snapshot -> ids.add(snapshot.id()));
        int proofs = Math.toIntExact(repository.proofs().stream()
                .map(Proof::snapshot)
                .filter(snapshot -> !ids.contains(snapshot))
                .count());
        return new Planning(repository, index, used).plan(options, new PrunePlan.Basis(files, ids), proofs);
    }

    /// Does what a plan says.
    ///
    /// @param lock held by the caller, exclusive
    /// @throws HoldfastException.PreCheckFailed when a snapshot or index file came or went since the
    ///     plan was
    ///     made; nothing was done
    /// @throws IOException when the storage fails; what was done by then is safe, and the next prune
    ///     goes on
    public PruneResult apply(PrunePlan plan, Lock lock) throws IOException {
        if (!basisFiles().equals(plan.basis().files())) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot prune: the repository has changed since the plan was made",
                    "nothing was removed; plan again");
        }
        return new Sweep(repository, progress, plan, lock).run();
    }

    private Set<String> basisFiles() throws IOException {
        Set<String> names = new HashSet<>();
        for (String kind : List.of("snapshots/", "index/")) {
            repository.storage().listAll(kind).forEach(file -> names.add(file.name()));
        }
        return names;
    }

    private List<Snapshot> snapshots() throws IOException {
        try {
            return repository.snapshots();
        } catch (HoldfastException.Damaged e) {
            throw new HoldfastException.Damaged(
                    "cannot prune: " + e.getMessage(),
                    "nothing was removed; fetch that file from another copy of the repository, "
                            + "or remove it by hand to give the snapshot up",
                    e);
        }
    }

    private BlobIndex index() throws IOException {
        try {
            return repository.reloadIndex();
        } catch (HoldfastException.Damaged e) {
            throw UsedBlobs.cannotPrune(e);
        }
    }
}
