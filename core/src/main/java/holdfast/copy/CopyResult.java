package holdfast.copy;

import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import java.util.List;

/// What a copy did.
///
/// @param lost what could not be copied, planned or not
/// @param blobs written to the target
/// @param storedBytes of these, as they are stored there
public record CopyResult(List<Copied> copied, List<CopyPlan.Lost> lost, long blobs, long storedBytes) {
    /// @param before as it is in the source
    /// @param after as it is in the target
    /// @param level to which it is proven there
    public record Copied(Snapshot before, Snapshot after, ProofLevel level) {}

    public CopyResult {
        copied = List.copyOf(copied);
        lost = List.copyOf(lost);
    }
}
