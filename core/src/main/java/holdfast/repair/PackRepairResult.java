package holdfast.repair;

import holdfast.model.ObjectId;
import java.util.List;

/// What repairing packs came to.
///
/// @param salvaged blobs that were stored anew
/// @param lost blobs of which there is no intact copy any more
/// @param removed packs that are gone now
/// @param kept packs that could not be read for the storage's sake, and why: nothing of them was changed
public record PackRepairResult(long salvaged, long lost, List<ObjectId> removed, List<String> kept) {
    public PackRepairResult {
        removed = List.copyOf(removed);
        kept = List.copyOf(kept);
    }
}
