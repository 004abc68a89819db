package holdfast.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The password-based key derivation scrypt (RFC 7914), which the JDK lacks. Slow and hungry for memory on
/// purpose; both are bounded, because the parameters come from a key file that anyone may have written.
public final class Scrypt {
    /// The most memory that is given to one derivation, in bytes.
    public static final long MEMORY_BYTES_MAX = 1L << 30;

    /// The most work, as bytes mixed: memory times `p`. Half a minute or so.
    public static final long WORK_BYTES_MAX = 1L << 34;

    private static final int LENGTH_MAX = 1 << 20;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    private Scrypt() {}

    /// Derives `length` bytes from a password, which may be empty.
    ///
    /// @param n cost, a power of two greater than 1
    /// @param r block size in units of 128 bytes
    /// @param p how many times the whole is repeated
    /// @throws IllegalArgumentException when a parameter is not allowed by the standard or above our limits
    public static byte[] derive(byte[] password, byte[] salt, int n, int r, int p, int length) {
        check(n, r, p, length);
        byte[] blocks = pbkdf2(password, salt, p * 128 * r);
        int words = 32 * r;
        int[] block = new int[words];
        int[] scratch = new int[words];
        int[] table = new int[n * words];
        for (int i = 0; i < p; i++) {
            int at = i * 128 * r;
            for (int word = 0; word < words; word++) {
                block[word] = (int) INT.get(blocks, at + 4 * word);
            }
            mix(block, scratch, table, n);
            for (int word = 0; word < words; word++) {
                INT.set(blocks, at + 4 * word, block[word]);
            }
        }
        return pbkdf2(password, blocks, length);
    }

    private static void check(int n, int r, int p, int length) {
        if (n < 2 || Integer.bitCount(n) != 1) {
            throw new IllegalArgumentException("scrypt: N must be a power of two above 1, not " + n);
        }
        if (r < 1 || p < 1 || (long) r * p >= 1 << 24) {
            throw new IllegalArgumentException("scrypt: r and p out of range: " + r + ", " + p);
        }
        long memory = 128L * r * n + 256L * r * p;
        if (memory > MEMORY_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "scrypt: N " + n + ", r " + r + " and p " + p + " would need more than 1 GiB");
        }
        if (memory > Runtime.getRuntime().maxMemory() / 5 * 4) {
            throw new IllegalArgumentException("scrypt: N " + n + ", r " + r + " and p " + p + " need " + (memory >> 20)
                    + " MiB; try HOLDFAST_JAVA_OPTS=-Xmx2g");
        }
        if ((long) n * r * 128 > WORK_BYTES_MAX / p) {
            throw new IllegalArgumentException("scrypt: N " + n + ", r " + r + ", p " + p + " would take too long");
        }
        if (length < 1 || length > LENGTH_MAX) {
            throw new IllegalArgumentException("scrypt: cannot derive " + length + " bytes");
        }
    }

    /// PBKDF2 with HMAC-SHA-256 and one iteration (RFC 8018).
    private static byte[] pbkdf2(byte[] password, byte[] salt, int length) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            // the JDK refuses an empty key; HMAC pads keys with zeros, so one zero byte is the same key
            mac.init(new SecretKeySpec(password.length == 0 ? new byte[1] : password, "HmacSHA256"));
            byte[] derived = new byte[length];
            byte[] number = new byte[4];
            for (int at = 0, block = 1; at < length; at += mac.getMacLength(), block++) {
                number[0] = (byte) (block >>> 24);
                number[1] = (byte) (block >>> 16);
                number[2] = (byte) (block >>> 8);
                number[3] = (byte) block;
                mac.update(salt);
                byte[] sum = mac.doFinal(number);
                System.arraycopy(sum, 0, derived, at, Math.min(sum.length, length - at));
            }
            return derived;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
        }
    }

    /// scryptROMix: fills the table with successive states of the block, then walks it in an order that depends
    /// on the block itself.
    private static void mix(int[] block, int[] scratch, int[] table, int n) {
        int words = block.length;
        for (int i = 0; i < n; i++) {
            System.arraycopy(block, 0, table, i * words, words);
            mixBlock(block, scratch);
        }
        for (int i = 0; i < n; i++) {
            int at = (block[words - 16] & n - 1) * words;
            for (int word = 0; word < words; word++) {
                block[word] ^= table[at + word];
            }
            mixBlock(block, scratch);
        }
        Arrays.fill(scratch, 0);
    }

    /// scryptBlockMix: every 64 bytes through Salsa20/8, chained; the even ones go to the front, the odd ones
    /// behind.
    private static void mixBlock(int[] block, int[] scratch) {
        int words = block.length;
        System.arraycopy(block, 0, scratch, 0, words);
        int half = words / 2;
        int chained = words - 16;
        for (int from = 0; from < words; from += 16) {
            for (int i = 0; i < 16; i++) {
                scratch[from + i] ^= scratch[chained + i];
            }
            salsa(scratch, from);
            System.arraycopy(scratch, from, block, from / 2 + ((from & 16) == 0 ? 0 : half - 8), 16);
            chained = from;
        }
    }

    /// Salsa20/8 of the 16 words at `at`, in place. Plain variables, since the compiler keeps those in registers.
    private static void salsa(int[] words, int at) {
        int x0 = words[at + 0], x1 = words[at + 1], x2 = words[at + 2], x3 = words[at + 3];
        int x4 = words[at + 4], x5 = words[at + 5], x6 = words[at + 6], x7 = words[at + 7];
        int x8 = words[at + 8], x9 = words[at + 9], x10 = words[at + 10], x11 = words[at + 11];
        int x12 = words[at + 12], x13 = words[at + 13], x14 = words[at + 14], x15 = words[at + 15];
        for (int round = 0; round < 8; round += 2) {
            x4 ^= Integer.rotateLeft(x0 + x12, 7);
            x8 ^= Integer.rotateLeft(x4 + x0, 9);
            x12 ^= Integer.rotateLeft(x8 + x4, 13);
            x0 ^= Integer.rotateLeft(x12 + x8, 18);
            x9 ^= Integer.rotateLeft(x5 + x1, 7);
            x13 ^= Integer.rotateLeft(x9 + x5, 9);
            x1 ^= Integer.rotateLeft(x13 + x9, 13);
            x5 ^= Integer.rotateLeft(x1 + x13, 18);
            x14 ^= Integer.rotateLeft(x10 + x6, 7);
            x2 ^= Integer.rotateLeft(x14 + x10, 9);
            x6 ^= Integer.rotateLeft(x2 + x14, 13);
            x10 ^= Integer.rotateLeft(x6 + x2, 18);
            x3 ^= Integer.rotateLeft(x15 + x11, 7);
            x7 ^= Integer.rotateLeft(x3 + x15, 9);
            x11 ^= Integer.rotateLeft(x7 + x3, 13);
            x15 ^= Integer.rotateLeft(x11 + x7, 18);
            x1 ^= Integer.rotateLeft(x0 + x3, 7);
            x2 ^= Integer.rotateLeft(x1 + x0, 9);
            x3 ^= Integer.rotateLeft(x2 + x1, 13);
            x0 ^= Integer.rotateLeft(x3 + x2, 18);
            x6 ^= Integer.rotateLeft(x5 + x4, 7);
            x7 ^= Integer.rotateLeft(x6 + x5, 9);
            x4 ^= Integer.rotateLeft(x7 + x6, 13);
            x5 ^= Integer.rotateLeft(x4 + x7, 18);
            x11 ^= Integer.rotateLeft(x10 + x9, 7);
            x8 ^= Integer.rotateLeft(x11 + x10, 9);
            x9 ^= Integer.rotateLeft(x8 + x11, 13);
            x10 ^= Integer.rotateLeft(x9 + x8, 18);
            x12 ^= Integer.rotateLeft(x15 + x14, 7);
            x13 ^= Integer.rotateLeft(x12 + x15, 9);
            x14 ^= Integer.rotateLeft(x13 + x12, 13);
            x15 ^= Integer.rotateLeft(x14 + x13, 18);
        }
        words[at + 0] += x0;
        words[at + 1] += x1;
        words[at + 2] += x2;
        words[at + 3] += x3;
        words[at + 4] += x4;
        words[at + 5] += x5;
        words[at + 6] += x6;
        words[at + 7] += x7;
        words[at + 8] += x8;
        words[at + 9] += x9;
        words[at + 10] += x10;
        words[at + 11] += x11;
        words[at + 12] += x12;
        words[at + 13] += x13;
        words[at + 14] += x14;
        words[at + 15] += x15;
    }
}
