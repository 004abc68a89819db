package holdfast.view;

/// How much some snapshots hold. What a mode does not measure is 0.
///
/// @param entries files, folders and all else; with [StatsMode#FILES_BY_CONTENTS] different contents
///     only
/// @param files regular files among the entries
/// @param bytes logical bytes; with [StatsMode#RAW_DATA] and [StatsMode#BLOBS_PER_FILE] of the blobs,
///     before
///     compression
/// @param blobs number of blobs
/// @param storedBytes of the blobs as they lie in the repository
public record Stats(StatsMode mode, int snapshots, long entries, long files, long bytes, long blobs, long storedBytes) {
    /// How many times smaller the blobs lie in the repository; 1 when there are none or it was not
    /// measured.
    public double compressionRatio() {
        return storedBytes == 0 ? 1 : (double) bytes / storedBytes;
    }
}
