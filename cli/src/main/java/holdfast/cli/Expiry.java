package holdfast.cli;

import holdfast.model.Manifest;
import holdfast.model.Progress;
import holdfast.model.Proof;
import holdfast.model.Snapshot;
import holdfast.policy.Candidate;
import holdfast.policy.Plan;
import holdfast.policy.RetentionPolicy;
import holdfast.policy.SourceGroup;
import holdfast.prune.Forget;
import holdfast.prune.ForgetResult;
import holdfast.prune.Prune;
import holdfast.prune.PruneOptions;
import holdfast.prune.PrunePlan;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Removes the snapshots of one source that have become too old, and frees their space.
final class Expiry {
    /// @param kept snapshots of the same source that stay
    record Result(int removed, int kept, long bytesFreed) {}

    private final Session session;
    private final OpenRepository open;

    Expiry(Session session, OpenRepository open) {
        this.session = session;
        this.open = open;
    }

    /// Snapshots of the same host and paths as `latest` that were taken more than so many days before
    /// it. The last sound and the last proven one always stay.
    Result olderThan(int days, Snapshot latest) throws IOException {
        Plan plan = plan(days, latest);
        if (plan.remove().isEmpty()) {
            return new Result(0, plan.keep().size(), 0);
        }
        try (HeldLock lock = open.lockToForget()) {
            Lock held = Objects.requireNonNull(lock.lock(), "deleting needs a lock");
            ForgetResult forgotten = new Forget(open.repository()).apply(plan(days, latest), held);
            Prune prune = new Prune(open.repository(), new Progress());
            PrunePlan freeing = prune.plan(PruneOptions.DEFAULT);
            long freed = prune.apply(freeing, held).freedBytes();
            return new Result(forgotten.removed().size(), forgotten.kept(), freed);
        }
    }

    private Plan plan(int days, Snapshot latest) throws IOException {
        List<Candidate> same = candidates(open.repository()).stream()
                .filter(candidate -> candidate.snapshot().host().equals(latest.host())
                        && candidate.snapshot().paths().equals(latest.paths()))
                .toList();
        return RetentionPolicy.ofDays(days, session.zone())
                .plan(same, SourceGroup.DEFAULT, session.clock().instant(), false);
    }

    static List<Candidate> candidates(Repository repository) throws IOException {
        Map<holdfast.model.ObjectId, Proof> proofs = repository.bestProofs();
        return repository.snapshots().stream()
                .map(snapshot -> {
                    Proof proof = proofs.get(snapshot.id());
                    boolean failed = proof != null && !proof.passed();
                    return new Candidate(
                            snapshot,
                            proof != null && proof.passed() ? proof.level() : null,
                            failed || snapshot.tags().contains(Manifest.DAMAGED));
                })
                .toList();
    }
}
