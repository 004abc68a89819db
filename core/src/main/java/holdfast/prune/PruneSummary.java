package holdfast.prune;

/// What a prune would do, in numbers. Bytes of blobs are those they take in their packs.
///
/// @param duplicateBlobs further copies of blobs, used or not; they are among the unused ones
/// @param packsKept stay as they are, partly used ones included
/// @param packsRemoved go because nothing in them is used
/// @param packsRepacked go after what is used of them was written anew
/// @param packsMissing leave the index: they have no file, and nothing in them is used
/// @param orphans packs no index names, left behind by interrupted runs
/// @param proofs of snapshots that are gone
/// @param marks left by earlier prunes
/// @param packsMarked named by these, still there, and still not used
/// @param freedBytes by which the storage shrinks; an estimate as far as blobs are written anew
/// @param unusedBytesAfter of unused blobs that stay in packs which are kept
public record PruneSummary(
        int snapshots,
        long usedBlobs,
        long usedBytes,
        long unusedBlobs,
        long unusedBytes,
        long duplicateBlobs,
        long duplicateBytes,
        int packsKept,
        int packsRemoved,
        int packsRepacked,
        long repackedBytes,
        int packsMissing,
        int orphans,
        long orphanBytes,
        int proofs,
        int marks,
        int packsMarked,
        long markedBytes,
        long freedBytes,
        long unusedBytesAfter) {
    /// Whether there is nothing to do.
    public boolean isEmpty() {
        return packsRemoved + packsRepacked + packsMissing + orphans + proofs + marks == 0;
    }
}
