package holdfast.source.postgres.mask;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// SipHash-2-4: a keyed hash of 64 bits that cannot be told from chance without its key (Aumasson
/// and Bernstein, 2012). Some ten times as fast as HMAC on short values. Immutable; safe to share
/// between threads.
final class SipHash {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long key0;
    private final long key1;

    SipHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    long hash(byte[] bytes, int offset, int length) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        int whole = length & ~7;
        int rounds = 2;
        for (int i = 0; ; i += 8) {
            long word;
            if (i < whole) {
                word = (long) LONG.get(bytes, offset + i);
                v3 ^= word;
            } else if (i == whole) {
                word = ((long) length << 56) | word(bytes, offset + i, length - whole);
                v3 ^= word;
            } else {
                word = 0;
                v2 ^= 0xff;
                rounds = 4;
            }
            for (int round = 0; round < rounds; round++) {
                v0 += v1;
                v2 += v3;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 = Long.rotateLeft(v0, 32) + v3;
                v2 += v1;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= word;
            if (i > whole) {
                return v0 ^ v1 ^ v2 ^ v3;
            }
        }
    }

    private static long word(byte[] bytes, int at, int count) {
        long word = 0;
        for (int i = 0; i < count; i++) {
            word |= (bytes[at + i] & 0xffL) << (8 * i);
        }
        return word;
    }
}
