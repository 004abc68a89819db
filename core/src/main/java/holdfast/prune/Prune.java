package holdfast.prune;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Proof;
import holdfast.repository.Lock;
import holdfast.repository.LockMode;
import holdfast.repository.Mark;
import holdfast.repository.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Frees the space of blobs that no snapshot uses, in two phases (ADR 11). Packs that shall go are marked first, after
/// what is still needed of them was written anew; from then on no writer of Holdfast's relies on them. They go as soon
/// as everybody at work knows the mark: at once when nobody else is there, otherwise with a later prune. Plans first
/// ([PrunePlan]); every crash leaves every listed snapshot whole. Used by one thread.
public final class Prune {
    private final Repository repository;
    private final Progress progress;

    public Prune(Repository repository, Progress progress) {
        this.repository = repository;
        this.progress = progress;
    }

    /// What a prune would do now. Changes nothing and takes no lock: the caller holds one, unless the storage can
    /// only be read.
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
        Look look = Look.at(repository, progress);
        progress.step("planning");
        int proofs = Math.toIntExact(repository.proofs().stream()
                .map(Proof::snapshot)
                .filter(snapshot -> !look.snapshots().contains(snapshot))
                .count());
        return new Planning(repository, look)
                .plan(
                        options,
                        proofs,
                        look.marks().size() + repository.damagedMarks().size());
    }

    /// Does what a plan says. When the packs written anew cannot be stored, for instance because the disk is full,
    /// those without any use go all the same, to make room for the next try.
    ///
    /// @param lock held by the caller; a shared one lets it mark only
    /// @throws IOException when the storage fails; what was done by then is safe, and the next prune
    ///     goes on
    /// @throws HoldfastException.Failed when the storage refuses to remove; says how much was removed before
    public PruneResult apply(PrunePlan plan, Lock lock) throws IOException {
        boolean planHolds = Look.names(repository).equals(plan.look().names());
        if (lock.mode() != LockMode.SHARED) {
            removeDamagedMarks(lock);
        }
        Repack repack = new Repack(repository, progress, plan, lock);
        IOException failure = null;
        try {
            repack.run();
        } catch (IOException e) {
            failure = e;
        }
        try {
            List<Mark> planned = new ArrayList<>(plan.look().marks());
            Set<ObjectId> doomed =
                    plan.doomed(repack.carried(), repack.damaged().isEmpty());
            if (!doomed.isEmpty()) {
                lock.check();
                planned.add(repository.mark(doomed));
            }
            PruneResult result =
                    new Sweep(repository, progress, lock, plan, planHolds ? planned : List.of(), repack).run();
            if (failure == null) {
                return result;
            }
        } catch (IOException | HoldfastException e) {
            if (failure == null) {
                throw e;
            }
            failure.addSuppressed(e);
        }
        throw failure;
    }

    /// Nobody can tell what they name, so those packs count as any others again.
    private void removeDamagedMarks(Lock lock) throws IOException {
        Set<ObjectId> damaged = repository.damagedMarks();
        if (!damaged.isEmpty()) {
            lock.confirm();
            repository.removeMarks(damaged);
            repository.reloadIndex();
        }
    }
}
