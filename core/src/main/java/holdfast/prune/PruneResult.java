package holdfast.prune;

import java.util.List;

/// What a prune did.
///
/// @param removedBytes of all pack files removed
/// @param writtenBytes of blobs written anew
/// @param damaged packs that were to be written anew and could not be read whole: they were kept, and so
///     was every orphan, for it may hold a good copy
public record PruneResult(
        int packsRemoved,
        int packsRepacked,
        int orphansRemoved,
        int proofsRemoved,
        long removedBytes,
        long writtenBytes,
        List<String> damaged) {
    public PruneResult {
        damaged = List.copyOf(damaged);
    }

    public long freedBytes() {
        return removedBytes - writtenBytes;
    }
}
