package holdfast.prune;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a prune did.
///
/// @param packsRepacked of which what is used was written anew; they are gone, or pending
/// @param removedBytes of all pack files removed
/// @param writtenBytes of blobs written anew
/// @param damaged packs that were to be written anew and could not be read whole: they were kept, and so
///     was every orphan, for it may hold a good copy
/// @param pending what is marked only, for a later prune to remove
public record PruneResult(
        int packsRemoved,
        int packsRepacked,
        int orphansRemoved,
        int proofsRemoved,
        long removedBytes,
        long writtenBytes,
        List<String> damaged,
        Optional<Pending> pending) {
    /// @param from when a prune may remove it at the earliest
    /// @param locks of those that must have ended by then, as a person reads them
    public record Pending(int packs, long bytes, Instant from, List<String> locks) {
        public Pending {
            locks = List.copyOf(locks);
        }
    }

    public PruneResult {
        damaged = List.copyOf(damaged);
    }

    /// By how much there is less than before; 0 when there is more, because what goes is pending.
    public long freedBytes() {
        return Math.max(0, removedBytes - writtenBytes);
    }
}
