package holdfast.prune;

/// What a prune may do.
///
/// @param maxUnused unused space that may stay in packs that are kept
/// @param maxRepackBytes bytes of packs that may be written anew in one run; the rest waits for the next
public record PruneOptions(MaxUnused maxUnused, long maxRepackBytes) {
    public static final PruneOptions DEFAULT = new PruneOptions(MaxUnused.DEFAULT, Long.MAX_VALUE);

    public PruneOptions {
        if (maxRepackBytes < 0) {
            throw new IllegalArgumentException("negative number of bytes to repack: " + maxRepackBytes);
        }
    }
}
