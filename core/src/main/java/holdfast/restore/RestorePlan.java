package holdfast.restore;

import holdfast.extract.ExtractPlan;
import holdfast.model.Snapshot;
import holdfast.model.SourceRecord;
import java.util.List;
import java.util.Optional;

/// What a restore will do, decided and checked before anything is touched. Immutable.
///
/// @param targets what becomes of each source
/// @param tree everything that will be written, in detail
public record RestorePlan(Snapshot snapshot, RestoreRequest request, List<Target> targets, ExtractPlan tree) {
    public RestorePlan {
        targets = List.copyOf(targets);
    }

    /// One source, or part of a snapshot, and where it goes.
    ///
    /// @param source empty for a part of a snapshot that is no source of its own
    /// @param path absolute path where it will stand
    /// @param writtenAs path it is written to first; equals `path` unless it is swapped in afterwards
    /// @param exists whether something stands there now
    public record Target(Optional<SourceRecord> source, String path, String writtenAs, boolean exists) {
        /// Whether the live one is replaced in one step, the old one being kept.
        public boolean swapped() {
            return !path.equals(writtenAs);
        }
    }

    /// Whether anything that exists will be replaced or changed.
    public boolean replaces() {
        return targets.stream().anyMatch(Target::exists);
    }
}
