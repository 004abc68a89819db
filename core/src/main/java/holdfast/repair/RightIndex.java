package holdfast.repair;

import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import holdfast.repository.BlobIndex;
import holdfast.repository.Repository;
import java.io.IOException;

/// The index for whoever takes what it does not name for lost.
final class RightIndex {
    private RightIndex() {}

    /// @param what is to be repaired
    /// @throws HoldfastException.PreCheckFailed when a repair of the index would change it
    static BlobIndex require(Repository repository, Progress progress, String what) throws IOException {
        IndexPlan plan = new IndexRepair(repository, progress).plan(false);
        if (!plan.isEmpty()) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot repair " + what + ": the index of "
                            + repository.storage().location() + " is not right (" + plan.summary() + ")",
                    "run `holdfast repair index` first; nothing was changed");
        }
        return plan.contents().known();
    }
}
