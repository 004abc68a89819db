package holdfast.view;

/// The sum of the differences between two snapshots.
///
/// @param changed files and other entries with other content or type
/// @param metadata entries that differ in their metadata only
public record DiffTotals(Side added, Side removed, long changed, long metadata) {
    /// What only one of the snapshots has.
    ///
    /// @param others entries that are neither file nor folder
    /// @param dataBlobs blobs of file content that the other snapshot does not use
    /// @param treeBlobs trees that the other snapshot does not use
    /// @param bytes of these blobs before compression
    /// @param storedBytes of these blobs as they lie in the repository
    public record Side(
            long files, long folders, long others, long dataBlobs, long treeBlobs, long bytes, long storedBytes) {}
}
