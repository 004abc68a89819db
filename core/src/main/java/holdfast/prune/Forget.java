package holdfast.prune;

import holdfast.model.HoldfastException;
import holdfast.model.Snapshot;
import holdfast.policy.Plan;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Removes the snapshots a plan says are no longer needed. Only their files go; the data they alone
/// used stays until a [Prune].
public final class Forget {
    private final Repository repository;

    public Forget(Repository repository) {
        this.repository = repository;
    }

    /// Does what the plan says, oldest snapshot first, so that an interruption leaves the newest ones.
    /// A snapshot that somebody else has removed by then is passed over.
    ///
    /// @param lock held by the caller, exclusive as with restic
    /// @throws HoldfastException.PreCheckFailed when a snapshot the plan relies on keeping is gone
    /// @throws HoldfastException.Failed when the storage refuses; says how many were removed before
    public ForgetResult apply(Plan plan, Lock lock) throws IOException {
        Set<String> present = new HashSet<>();
        repository.storage().listAll("snapshots/").forEach(file -> present.add(file.name()));
        for (Plan.Kept kept : plan.keep()) {
            Snapshot snapshot = kept.candidate().snapshot();
            if (!present.contains("snapshots/" + snapshot.id())) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot forget: snapshot " + snapshot.id().brief()
                                + ", which was to be kept, has been removed meanwhile",
                        "nothing was removed; plan again");
            }
        }
        List<Snapshot> oldestFirst = plan.remove().stream()
                .filter(snapshot -> present.contains("snapshots/" + snapshot.id()))
                .sorted(Comparator.comparing(Snapshot::time))
                .toList();
        return new ForgetResult(remove(oldestFirst, lock), plan.keep().size());
    }

    private List<Snapshot> remove(List<Snapshot> snapshots, Lock lock) throws IOException {
        List<Snapshot> removed = new ArrayList<>();
        for (Snapshot snapshot : snapshots) {
            lock.check();
            try {
                repository.delete(snapshot);
            } catch (IOException e) {
                throw new HoldfastException.Failed(
                        "cannot forget snapshot " + snapshot.id().brief() + ": " + e.getMessage() + " ("
                                + removed.size() + " of " + snapshots.size() + " were forgotten before)",
                        "run it again; if the storage forbids deleting, its own retention decides",
                        e);
            }
            removed.add(snapshot);
        }
        return removed;
    }
}
