package holdfast.storage;

import java.io.InterruptedIOException;
import java.time.Duration;

/// A token bucket for bytes: hands out at most `bytesPerSecond` on average, with up to one second's worth saved
/// up while nothing is asked for. A request goes into debt and waits until the debt of those before it is paid,
/// so even one larger than the bucket passes. Safe for use by many threads, which are served in the order they
/// come.
final class ByteRate {
    private static final double NANOS = 1e9;

    private final double bytesPerSecond;
    private final Ticker ticker;
    private double saved;
    private long savedAt;

    /// @param bytesPerSecond 0 for no limit
    ByteRate(long bytesPerSecond, Ticker ticker) {
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException("no rate: " + bytesPerSecond + " bytes per second");
        }
        this.bytesPerSecond = bytesPerSecond;
        this.ticker = ticker;
        saved = bytesPerSecond;
        savedAt = ticker.nanos();
    }

    /// Counts `bytes` and waits until they may pass.
    void pass(long bytes) throws InterruptedIOException {
        Duration wait = count(bytes);
        if (wait.isPositive()) {
            try {
                ticker.sleep(wait);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while keeping to the allowed rate");
            }
        }
    }

    /// Counts `bytes` without waiting; those that come later wait the longer. Says how long these would have to.
    synchronized Duration count(long bytes) {
        if (bytesPerSecond == 0) {
            return Duration.ZERO;
        }
        long now = ticker.nanos();
        saved = Math.min(bytesPerSecond, saved + (now - savedAt) / NANOS * bytesPerSecond);
        savedAt = now;
        saved -= bytes;
        return Duration.ofNanos((long) Math.max(0, -saved / bytesPerSecond * NANOS));
    }
}
