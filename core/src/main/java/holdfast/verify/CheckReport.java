package holdfast.verify;

import java.util.List;

/// What checking a repository came to.
///
/// @param findings errors first; bounded, so there may be fewer than `errors` and `warnings` say
/// @param errors number of things that are damaged
/// @param warnings number of harmless ones
public record CheckReport(List<Finding> findings, long errors, long warnings, Counts counts) {
    /// How much was looked at.
    ///
    /// @param packBytes of the pack files there are
    /// @param blobs entries of the index
    /// @param duplicateBlobs entries that repeat a blob
    /// @param unusedBytes of blobs that no readable tree names, and of duplicates
    /// @param orphans packs that no index names
    /// @param packsMarked packs that a prune has marked to be removed
    /// @param packsRead packs that were read whole
    public record Counts(
            long snapshots,
            long trees,
            long packs,
            long packBytes,
            long blobs,
            long duplicateBlobs,
            long duplicateBytes,
            long unusedBytes,
            long orphans,
            long orphanBytes,
            long packsMarked,
            long markedBytes,
            long packsRead,
            long bytesRead) {}

    public CheckReport {
        findings = List.copyOf(findings);
    }

    /// Whether everything that snapshots need is there and sound, as far as it was looked at.
    public boolean passed() {
        return errors == 0;
    }
}
