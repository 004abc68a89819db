package holdfast.source.postgres.mask;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;

/// HMAC-SHA-256 of one value after another: 256 bits that depend on the key and the value and
/// tell neither. Used by one thread.
final class KeyedHash {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final Mac mac;
    private final byte[] result = new byte[32];

    KeyedHash(byte[] key) {
        mac = Secret.mac(key);
    }

    KeyedHash take(RowBytes value) {
        mac.update(value.array(), 0, value.length());
        try {
            mac.doFinal(result, 0);
        } catch (ShortBufferException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    /// The 32 bytes of the value taken last, not a copy.
    byte[] bytes() {
        return result;
    }

    /// One of the four independent numbers of 64 bits.
    long bits(int part) {
        return (long) LONG.get(result, 8 * part);
    }

    /// A number from 0 up to, not including, `bound`; that of another part is independent of it.
    int below(int part, int bound) {
        return (int) Long.remainderUnsigned(bits(part), bound);
    }
}
