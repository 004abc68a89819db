package holdfast.repair;

import holdfast.model.Snapshot;
import java.util.List;
import java.util.Optional;

/// Which snapshots are damaged, and what will be left of them. Made by [SnapshotRepair#plan].
///
/// @param repairs of the damaged ones, oldest first
/// @param intact how many of those that were looked at have lost nothing
public record SnapshotPlan(List<Repair> repairs, long intact) {
    /// What becomes of one damaged snapshot.
    ///
    /// @param places the first places that are changed
    /// @param changes how many places are changed
    /// @param lost at how many of them something that was backed up is gone
    /// @param repaired the form without what is lost, where an earlier repair has made it already
    public record Repair(
            Snapshot snapshot, Fate fate, List<Loss> places, long changes, long lost, Optional<Snapshot> repaired) {
        public Repair {
            places = List.copyOf(places);
        }
    }

    /// What a repair does with a damaged snapshot.
    public enum Fate {
        /// A snapshot is made of what is left.
        REPAIRED,
        /// That was done before.
        REPAIRED_BEFORE,
        /// Its root is lost, so nothing is left.
        NOTHING_LEFT
    }

    public SnapshotPlan {
        repairs = List.copyOf(repairs);
    }
}
