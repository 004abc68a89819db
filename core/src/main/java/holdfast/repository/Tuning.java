package holdfast.repository;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// What a test may have otherwise about a repository at work.
///
/// @param pause how locks let time pass
/// @param packBytes length of a pack, header included; only a blob too large for it gets a larger pack of its own
/// @param slabBits length of a slab of memory for blobs on their way, as a power of two
record Tuning(Pause pause, int packBytes, int slabBits) {
    static final Tuning DEFAULT = new Tuning(
            (until, most) -> until.await(most.toNanos(), TimeUnit.NANOSECONDS), 16 << 20, BlobMemory.SLAB_BITS);

    /// Lets time pass.
    @FunctionalInterface
    interface Pause {
        /// Returns when `most` has passed, or before that when `until` has been counted down.
        ///
        /// @return whether it was counted down
        boolean await(CountDownLatch until, Duration most) throws InterruptedException;
    }
}
