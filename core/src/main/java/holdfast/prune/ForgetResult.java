package holdfast.prune;

import holdfast.model.Snapshot;
import java.util.List;

/// What was forgotten.
///
/// @param removed oldest first
/// @param kept number of snapshots the plan kept
public record ForgetResult(List<Snapshot> removed, int kept) {
    public ForgetResult {
        removed = List.copyOf(removed);
    }
}
