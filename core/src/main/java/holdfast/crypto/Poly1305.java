package holdfast.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// D. J. Bernstein's Poly1305 for a fixed r: a polynomial over 2^130 - 5 evaluated at r, plus s, modulo 2^128
/// ("The Poly1305-AES message-authentication code", 2005). The JDK has it only welded to ChaCha20.
///
/// Numbers are held as limbs of 44, 44 and 42 bits. Each product of limbs is cut at bit 44 into two halves that
/// are summed separately, so that no addition needs a carry: the low half is `a * b` masked, the high half
/// comes out of a 64 x 64 -> 128 bit multiplication whose one factor was shifted left by 20 before. Two blocks
/// are taken at a time, `(h + m1) r^2 + m2 r`, which halves the carrying and lets the processor overlap the
/// multiplications.
///
/// Works on arrays only, one shape, so that the hot loop is compiled once and soon. Time depends on the length
/// alone, not on secrets. Not thread-safe.
final class Poly1305 {
    static final int TAG_BYTES = 16;
    static final int BLOCK_BYTES = 16;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();
    private static final long MASK44 = (1L << 44) - 1;
    private static final long MASK42 = (1L << 42) - 1;
    /// The bit above a whole block of 16 bytes, in the third limb.
    private static final long ABOVE = 1L << 40;

    // r and its square
    private final long r0;
    private final long r1;
    private final long r2;
    private final long q0;
    private final long q1;
    private final long q2;
    // the value so far; limbs may exceed their size by a few bits
    private long h0;
    private long h1;
    private long h2;
    private boolean ended;

    /// @param r 16 bytes; bits that Poly1305 ignores may be set
    Poly1305(byte[] r) {
        byte[] clamped = r.clone();
        clamp(clamped);
        long low = (long) LONG.get(clamped, 0);
        long high = (long) LONG.get(clamped, 8);
        r0 = low & MASK44;
        r1 = (low >>> 44 | high << 20) & MASK44;
        r2 = high >>> 24;
        // r^2 = (0 + r) * r, by the one-block step itself
        add(r0, r1, r2);
        q0 = h0;
        q1 = h1;
        q2 = h2;
        reset();
    }

    /// Clears the 22 bits of r that must be zero.
    static void clamp(byte[] r) {
        for (int i = 3; i < 16; i += 4) {
            r[i] &= 15;
        }
        for (int i = 4; i < 16; i += 4) {
            r[i] &= (byte) 252;
        }
    }

    /// Forgets what was fed; the next message begins.
    void reset() {
        h0 = 0;
        h1 = 0;
        h2 = 0;
        ended = false;
    }

    /// Feeds `length` bytes. Only a message's last piece may be no multiple of 16 bytes long.
    void update(byte[] bytes, int from, int length) {
        if (ended) {
            throw new IllegalStateException("only the last piece of a message may end within a block");
        }
        int whole = length & -BLOCK_BYTES;
        int pairs = whole & -2 * BLOCK_BYTES;
        addPairs(bytes, from, from + pairs);
        if (pairs < whole) {
            addBlock(bytes, from + pairs, ABOVE);
        }
        if (whole < length) {
            ended = true;
            byte[] last = new byte[BLOCK_BYTES];
            System.arraycopy(bytes, from + whole, last, 0, length - whole);
            last[length - whole] = 1;
            addBlock(last, 0, 0);
        }
    }

    private void addBlock(byte[] bytes, int at, long above) {
        long low = (long) LONG.get(bytes, at);
        long high = (long) LONG.get(bytes, at + 8);
        add(low & MASK44, (low >>> 44 | high << 20) & MASK44, high >>> 24 | above);
    }

    /// h = (h + m) r, carried.
    private void add(long m0, long m1, long m2) {
        long a0 = h0 + m0;
        long a1 = h1 + m1;
        long a2 = h2 + m2;
        long t0 = low(a0, r0);
        long t1 = high(a0, r0) + low(a0, r1) + low(a1, r0);
        long t2 = high(a0, r1) + high(a1, r0) + low(a0, r2) + low(a1, r1) + low(a2, r0);
        long t3 = high(a0, r2) + high(a1, r1) + high(a2, r0) + low(a1, r2) + low(a2, r1);
        long t4 = high(a1, r2) + high(a2, r1) + low(a2, r2);
        long t5 = high(a2, r2);
        fold(t0 + 20 * t3, t1 + 20 * t4, t2 + 20 * t5);
    }

    private void fold(long t0, long t1, long t2) {
        long c1 = t1 + (t0 >>> 44);
        long c2 = t2 + (c1 >>> 44);
        long c0 = (t0 & MASK44) + 5 * (c2 >>> 42);
        h0 = c0 & MASK44;
        h1 = (c1 & MASK44) + (c0 >>> 44);
        h2 = c2 & MASK42;
    }

    /// h = (h + m1) r^2 + m2 r for every pair of blocks. 2^132, the place of the fourth limb, is 20 modulo
    /// 2^130 - 5.
    ///
    /// Limits: after a step the limbs of h are at most 2^44, so those of h + m are below 2^46 and those of r^2
    /// at most 2^44; a high half is below 2^46, a sum of ten halves below 2^50, and 21 of those below 2^55.
    private void addPairs(byte[] bytes, int from, int to) {
        long b0 = r0;
        long b1 = r1;
        long b2 = r2;
        long s0 = q0;
        long s1 = q1;
        long s2 = q2;
        long x0 = h0;
        long x1 = h1;
        long x2 = h2;
        for (int i = from; i < to; i += 2 * BLOCK_BYTES) {
            long low = (long) LONG.get(bytes, i);
            long high = (long) LONG.get(bytes, i + 8);
            long a0 = x0 + (low & MASK44);
            long a1 = x1 + ((low >>> 44 | high << 20) & MASK44);
            long a2 = x2 + (high >>> 24 | ABOVE);
            low = (long) LONG.get(bytes, i + 16);
            high = (long) LONG.get(bytes, i + 24);
            long m0 = low & MASK44;
            long m1 = (low >>> 44 | high << 20) & MASK44;
            long m2 = high >>> 24 | ABOVE;

            long t0 = low(a0, s0) + low(m0, b0);
            long t1 = high(a0, s0) + low(a0, s1) + low(a1, s0) + high(m0, b0) + low(m0, b1) + low(m1, b0);
            long t2 = high(a0, s1) + high(a1, s0) + low(a0, s2) + low(a1, s1) + low(a2, s0);
            t2 += high(m0, b1) + high(m1, b0) + low(m0, b2) + low(m1, b1) + low(m2, b0);
            long t3 = high(a0, s2) + high(a1, s1) + high(a2, s0) + low(a1, s2) + low(a2, s1);
            t3 += high(m0, b2) + high(m1, b1) + high(m2, b0) + low(m1, b2) + low(m2, b1);
            long t4 = high(a1, s2) + high(a2, s1) + low(a2, s2) + high(m1, b2) + high(m2, b1) + low(m2, b2);
            long t5 = high(a2, s2) + high(m2, b2);

            t0 += 20 * t3;
            t1 += 20 * t4 + (t0 >>> 44);
            t2 += 20 * t5 + (t1 >>> 44);
            t0 = (t0 & MASK44) + 5 * (t2 >>> 42);
            x0 = t0 & MASK44;
            x1 = (t1 & MASK44) + (t0 >>> 44);
            x2 = t2 & MASK42;
        }
        h0 = x0;
        h1 = x1;
        h2 = x2;
    }

    /// Bits 0 to 43 of the product.
    private static long low(long a, long b) {
        return a * b & MASK44;
    }

    /// The product shifted right by 44; `b` is below 2^45 and `a` below 2^46, so both shifted factors are
    /// positive.
    private static long high(long a, long b) {
        return Math.multiplyHigh(a << 2, b << 18);
    }

    /// Ends the message: the tag is the polynomial's value plus `s` (16 bytes). [#reset] before the next one.
    void finish(byte[] s, byte[] tag) {
        long x1 = h1 + (h0 >>> 44);
        long x0 = h0 & MASK44;
        long x2 = h2 + (x1 >>> 44);
        x1 &= MASK44;
        x0 += 5 * (x2 >>> 42);
        x2 &= MASK42;
        x1 += x0 >>> 44;
        x0 &= MASK44;
        x2 += x1 >>> 44;
        x1 &= MASK44;

        // x - p = x + 5 - 2^130; taken, without a branch, when it is not negative
        long y0 = x0 + 5;
        long y1 = x1 + (y0 >>> 44);
        long y2 = x2 + (y1 >>> 44) - (1L << 42);
        long keep = y2 >> 63;
        x0 = (x0 & keep) | (y0 & MASK44 & ~keep);
        x1 = (x1 & keep) | (y1 & MASK44 & ~keep);
        x2 = (x2 & keep) | (y2 & ~keep);

        long s0 = (long) LONG.get(s, 0);
        long low = (x0 | x1 << 44) + s0;
        long carry = Long.compareUnsigned(low, s0) < 0 ? 1 : 0;
        long high = (x1 >>> 20 | x2 << 24) + (long) LONG.get(s, 8) + carry;
        LONG.set(tag, 0, low);
        LONG.set(tag, 8, high);
        ended = true;
    }
}
