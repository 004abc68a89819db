package holdfast.backup;

import holdfast.model.Manifest;
import holdfast.model.Snapshot;
import java.time.Duration;

/// What a backup did.
///
/// @param readBytes logical bytes that were read, unchanged files left out
/// @param unchanged whether nothing differs from the parent snapshot but the time
public record BackupResult(
        Snapshot snapshot,
        Manifest manifest,
        Snapshot.Summary summary,
        long readBytes,
        boolean unchanged,
        Duration took) {
    /// Whether everything asked for is in the snapshot and was sound at its source.
    public boolean complete() {
        return manifest.complete() && !manifest.damaged();
    }
}
