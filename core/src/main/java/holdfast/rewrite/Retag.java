package holdfast.rewrite;

import holdfast.model.HoldfastException;
import holdfast.model.Proof;
import holdfast.model.Snapshot;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Changes the tags of snapshots. As a snapshot's file never changes, each is saved anew, with its
/// proofs, before the old one goes; whatever ends it between leaves both, which are the same but
/// for their tags. Used by one thread.
public final class Retag {
    private final Repository repository;

    public Retag(Repository repository) {
        this.repository = repository;
    }

    /// One snapshot and what it became.
    public record Changed(Snapshot before, Snapshot after) {}

    /// Those whose tags a change touches, as they will be, but with the ids that they have.
    public static List<Changed> plan(List<Snapshot> snapshots, TagChange change) {
        return snapshots.stream()
                .map(snapshot -> new Changed(snapshot, with(snapshot, change.of(snapshot.tags()))))
                .filter(changed ->
                        !changed.after().tags().equals(changed.before().tags()))
                .toList();
    }

    private static Snapshot with(Snapshot snapshot, List<String> tags) {
        return snapshot.with(snapshot.tree(), tags, snapshot.parent(), snapshot.firstForm(), snapshot.summary());
    }

    /// Does what is planned.
    ///
    /// @param lock held by the caller, exclusive as with restic
    /// @return with the ids that they have now
    /// @throws HoldfastException.Failed when the storage refuses; says how many were changed before
    public List<Changed> apply(List<Changed> plan, Lock lock) throws IOException {
        List<Proof> proofs = plan.isEmpty() ? List.of() : repository.proofs();
        List<Changed> done = new ArrayList<>();
        for (Changed one : plan) {
            lock.check();
            try {
                done.add(apply(one, proofs));
            } catch (IOException e) {
                throw new HoldfastException.Failed(
                        "cannot change the tags of snapshot "
                                + one.before().id().brief() + ": " + e.getMessage() + " (" + done.size() + " of "
                                + plan.size() + " were changed before)",
                        "run it again; a snapshot that is listed twice by then has both its old and its new tags",
                        e);
            }
        }
        return done;
    }

    private Changed apply(Changed one, List<Proof> proofs) throws IOException {
        Snapshot saved = repository.save(one.after());
        for (Proof proof : proofs) {
            if (proof.snapshot().equals(one.before().id())) {
                repository.save(new Proof(
                        saved.id(),
                        proof.level(),
                        proof.passed(),
                        proof.at(),
                        proof.took(),
                        proof.host(),
                        proof.checks()));
            }
        }
        repository.delete(one.before());
        return new Changed(one.before(), saved);
    }
}
