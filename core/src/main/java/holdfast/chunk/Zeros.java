package holdfast.chunk;

import java.nio.ByteBuffer;

/// Recognises runs of zeros, of which databases and virtual disks are full, at the speed of memory.
public final class Zeros {
    /// Compared with piece by piece; small enough to stay in the cache.
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 15).asReadOnlyBuffer();

    private Zeros() {}

    /// Whether all bytes from index `from` (included) to `to` (excluded) are zero; the buffer's position plays no
    /// part. Stops at the first byte that is not. An empty range is all zeros.
    public static boolean allZero(ByteBuffer bytes, int from, int to) {
        if (from < to && (bytes.get(from) != 0 || bytes.get(to - 1) != 0)) {
            return false;
        }
        for (int at = from; at < to; ) {
            int length = Math.min(ZEROS.capacity(), to - at);
            if (bytes.slice(at, length).mismatch(ZEROS.slice(0, length)) >= 0) {
                return false;
            }
            at += length;
        }
        return true;
    }
}
