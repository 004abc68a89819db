package holdfast.source.postgres.rows;

import com.dynatrace.hash4j.hashing.HashStream128;
import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import holdfast.model.FingerprintSum;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The fingerprint of rows in COPY's text format: that of a row is the XXH3 hash of 128 bits (seed
/// 0) of its line without the line feed at the end, which never stands within a row. It tells
/// chance and faults apart from equality; against forgers the repository is sealed. Lines may come
/// in pieces. Used by one thread.
///
/// See the xxHash project's `doc/xxhash_spec.md`.
public final class RowDigest {
    private static final Hasher128 XXH3 = Hashing.xxh3_128();
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LINE_FEEDS = 0x0a0a0a0a0a0a0a0aL;
    private static final long ONES = 0x0101010101010101L;
    private static final long TOPS = 0x8080808080808080L;

    private final HashStream128 pieces = XXH3.hashStream();
    private final FingerprintSum sum = new FingerprintSum();
    private boolean begun;

    /// Takes whole rows, or the beginning or a further piece of one.
    public void add(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int start = offset;
        for (int at = lineFeed(bytes, start, end); at < end; at = lineFeed(bytes, start, end)) {
            if (begun) {
                pieces.putBytes(bytes, start, at - start);
                endRow();
            } else {
                add(XXH3.hashBytesTo128Bits(bytes, start, at - start));
            }
            start = at + 1;
        }
        if (start < end) {
            pieces.putBytes(bytes, start, end - start);
            begun = true;
        }
    }

    /// Index of the first, or `end`; eight bytes at a time.
    private static int lineFeed(byte[] bytes, int from, int end) {
        int at = from;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            long zeroWhereFound = (long) LONGS.get(bytes, at) ^ LINE_FEEDS;
            long found = (zeroWhereFound - ONES) & ~zeroWhereFound & TOPS;
            if (found != 0) {
                return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
        }
        while (at < end && bytes[at] != '\n') {
            at++;
        }
        return at;
    }

    /// A piece of a row that may hold line feeds; [#endRow] follows the last one.
    public void piece(byte[] bytes, int length) {
        pieces.putBytes(bytes, 0, length);
        begun = true;
    }

    public void endRow() {
        add(pieces.get());
        pieces.reset();
        begun = false;
    }

    private void add(HashValue128 hash) {
        sum.add(hash.getMostSignificantBits(), hash.getLeastSignificantBits());
    }

    public FingerprintSum sum() {
        return sum;
    }
}
