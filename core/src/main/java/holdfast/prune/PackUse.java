package holdfast.prune;

import holdfast.model.ObjectId;

/// How much of one pack is used. Of a blob that lies in several packs one copy counts as used.
///
/// @param trees whether any of its blobs is a tree
/// @param usedBytes of the used blobs as they lie in the pack
/// @param unusedBytes of the other blobs as they lie in the pack
/// @param fileBytes length of the pack's file; [#MISSING] when the storage has none
public record PackUse(
        ObjectId pack,
        boolean trees,
        int usedBlobs,
        int unusedBlobs,
        long usedBytes,
        long unusedBytes,
        long fileBytes) {
    /// Length of a file that is not there.
    public static final long MISSING = -1;

    boolean missing() {
        return fileBytes == MISSING;
    }

    boolean used() {
        return usedBlobs > 0;
    }

    /// Share of the pack that is wasted, 0 to 1.
    double waste() {
        return (double) unusedBytes / (usedBytes + unusedBytes);
    }
}
