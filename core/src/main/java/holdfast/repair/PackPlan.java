package holdfast.repair;

import holdfast.model.ObjectId;
import java.util.List;

/// Packs that are damaged. Made by [PackRepair#plan].
///
/// @param packsRead how many were read whole to find out
public record PackPlan(List<Suspect> suspects, long packsRead) {
    /// @param bytes length of its file
    public record Suspect(ObjectId pack, long bytes, String why) {}

    public PackPlan {
        suspects = List.copyOf(suspects);
    }
}
