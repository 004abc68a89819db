package holdfast.prune;

import java.time.Duration;

/// What a prune may do.
///
/// @param maxUnused unused space that may stay in packs that are kept
/// @param maxRepackBytes bytes of packs that may be written anew in one run; the rest waits for the next
/// @param repackSmall whether packs well below the usual size are put together
/// @param gracePeriod how long packs stay after they were marked, unless nobody else is at work at all
public record PruneOptions(MaxUnused maxUnused, long maxRepackBytes, boolean repackSmall, Duration gracePeriod) {
    /// Not for what holds a lock, which is asked; for readers without one, and storages slow to list what is new.
    public static final Duration GRACE_PERIOD = Duration.ofHours(1);

    public static final PruneOptions DEFAULT = new PruneOptions(MaxUnused.DEFAULT, Long.MAX_VALUE);

    public PruneOptions {
        if (maxRepackBytes < 0) {
            throw new IllegalArgumentException("negative number of bytes to repack: " + maxRepackBytes);
        }
        if (gracePeriod.isNegative()) {
            throw new IllegalArgumentException("negative grace period: " + gracePeriod);
        }
    }

    public PruneOptions(MaxUnused maxUnused, long maxRepackBytes) {
        this(maxUnused, maxRepackBytes, false, GRACE_PERIOD);
    }
}
