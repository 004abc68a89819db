package holdfast.pack;

import java.nio.ByteBuffer;

/// A direct buffer that grows with need and is used again. One so large that it serves only a rare blob is not
/// kept.
final class Scratch {
    private static final int KEPT_BYTES_MAX = 16 << 20;
    private static final int SMALLEST = 64 << 10;

    private ByteBuffer kept = ByteBuffer.allocateDirect(0);

    /// A cleared buffer with exactly `bytes` remaining, valid until the next call.
    ByteBuffer of(int bytes) {
        if (bytes > KEPT_BYTES_MAX) {
            return ByteBuffer.allocateDirect(bytes);
        }
        if (kept.capacity() < bytes) {
            int power = Math.max(SMALLEST, Integer.highestOneBit(Math.max(1, bytes - 1)) << 1);
            kept = ByteBuffer.allocateDirect(power);
        }
        return kept.clear().limit(bytes);
    }
}
