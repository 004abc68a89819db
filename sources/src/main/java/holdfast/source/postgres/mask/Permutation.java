package holdfast.source.postgres.mask;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// A keyed permutation of all sequences of digits with given radices: no two sequences become the
/// same one. A Feistel network of two halves as in NIST's FF1 (SP 800-38G), ten rounds, with
/// SipHash as its round function and addition digit by digit, which is invertible for any mixture
/// of radices. Like all format-preserving encryption it is as weak as its domain is small: what
/// has ten possible values can be tried out. Used by one thread.
final class Permutation {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int ROUNDS = 10;
    /// So many values may be drawn from 64 bits before their distribution is visibly uneven.
    private static final long DRAWN = 1L << 40;

    private final SipHash hash;
    private byte[] message = new byte[64];

    Permutation(SipHash hash) {
        this.hash = hash;
    }

    /// @param digits each below its radix, which is at most 65536; overwritten
    /// @param tweak sequences with different tweaks are permuted independently
    void permute(int[] digits, int[] radices, int count, long tweak) {
        if (count == 1) {
            permuteOne(digits, radices[0], tweak);
        } else if (count > 1) {
            rounds(digits, radices, count, tweak);
        }
    }

    /// One digit has no halves: it is written with two, until they stand for one again.
    private void permuteOne(int[] digits, int radix, long tweak) {
        if (radix == 1) {
            return;
        }
        int low = (int) Math.ceil(Math.sqrt(radix));
        int[] radices = {(radix + low - 1) / low, low};
        int[] pair = {digits[0] / low, digits[0] % low};
        do {
            rounds(pair, radices, 2, ~tweak);
        } while (pair[0] * low + pair[1] >= radix);
        digits[0] = pair[0] * low + pair[1];
    }

    private void rounds(int[] digits, int[] radices, int count, long tweak) {
        int half = count / 2;
        for (int round = 0; round < ROUNDS; round++) {
            boolean first = round % 2 == 0;
            long seed = first ? seed(digits, half, count, round, tweak) : seed(digits, 0, half, round, tweak);
            if (first) {
                add(digits, radices, 0, half, seed);
            } else {
                add(digits, radices, half, count, seed);
            }
        }
    }

    /// What the digits from `from` up to `to` give for the other half.
    private long seed(int[] digits, int from, int to, int round, long tweak) {
        int length = 16 + 2 * (to - from);
        if (length > message.length) {
            message = new byte[2 * length];
        }
        number(tweak, 0);
        number(round, 8);
        for (int i = from, at = 16; i < to; i++, at += 2) {
            SHORT.set(message, at, (short) digits[i]);
        }
        return hash.hash(message, 0, length);
    }

    /// Adds to the digits from `from` up to `to` what is drawn from a seed. More bits, if needed,
    /// are hashes of the seed and a counter, a message shorter than any that gives a seed.
    private void add(int[] digits, int[] radices, int from, int to, long seed) {
        number(seed, 0);
        long fraction = seed;
        long drawn = 1;
        for (int i = from, block = 1; i < to; i++) {
            int radix = radices[i];
            if (drawn > DRAWN / radix) {
                number(block++, 8);
                fraction = hash.hash(message, 0, 16);
                drawn = 1;
            }
            drawn *= radix;
            int more = (int) Math.unsignedMultiplyHigh(fraction, radix);
            fraction *= radix;
            int sum = digits[i] + more;
            digits[i] = sum < radix ? sum : sum - radix;
        }
    }

    private void number(long value, int at) {
        LONG.set(message, at, value);
    }

    /// A tweak that tells sequences of classes apart.
    long tweak(int[] classes, int count) {
        int length = 2 * count;
        if (length > message.length) {
            message = new byte[2 * length];
        }
        Arrays.fill(message, 0, length, (byte) 0);
        for (int i = 0; i < count; i++) {
            message[2 * i] = (byte) classes[i];
            message[2 * i + 1] = (byte) (classes[i] >> 8);
        }
        return hash.hash(message, 0, length);
    }
}
