package holdfast.source.postgres.mask;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Bytes that grow as they are written, used again from row to row. What is written stands in
/// [#array] from 0 up to [#length]. Used by one thread.
public final class RowBytes {
    private static final int LONGEST = Integer.MAX_VALUE - 16;

    private byte[] bytes = new byte[256];
    private int length;

    /// The bytes themselves, not a copy; another array after the next write.
    public byte[] array() {
        return bytes;
    }

    public int length() {
        return length;
    }

    /// Forgets what was written, keeps the room.
    public void clear() {
        length = 0;
    }

    /// Appends one byte.
    public void put(int one) {
        if (length == bytes.length) {
            grow(1);
        }
        bytes[length++] = (byte) one;
    }

    void put(byte[] from, int offset, int count) {
        if (count > bytes.length - length) {
            grow(count);
        }
        System.arraycopy(from, offset, bytes, length, count);
        length += count;
    }

    void put(byte[] from) {
        put(from, 0, from.length);
    }

    void put(RowBytes from) {
        put(from.bytes, 0, from.length);
    }

    void put(String text) {
        put(text.getBytes(StandardCharsets.UTF_8));
    }

    /// A code point in UTF-8.
    void putCodePoint(int point) {
        if (point < 0x80) {
            put(point);
        } else if (point < 0x800) {
            put(0xc0 | (point >> 6));
            put(0x80 | (point & 0x3f));
        } else if (point < 0x10000) {
            put(0xe0 | (point >> 12));
            put(0x80 | ((point >> 6) & 0x3f));
            put(0x80 | (point & 0x3f));
        } else {
            put(0xf0 | (point >> 18));
            put(0x80 | ((point >> 12) & 0x3f));
            put(0x80 | ((point >> 6) & 0x3f));
            put(0x80 | (point & 0x3f));
        }
    }

    void cut(int newLength) {
        length = Math.min(length, newLength);
    }

    /// Where the character ends that begins at `from`.
    int afterCodePoint(int from) {
        int at = from + 1;
        while (at < length && (bytes[at] & 0xc0) == 0x80) {
            at++;
        }
        return at;
    }

    /// The character that begins at `from`; -1 when that is no UTF-8.
    int codePoint(int from) {
        int first = bytes[from];
        if (first >= 0) {
            return first;
        }
        int end = afterCodePoint(from);
        int expected = first >= (byte) 0xf0 ? 4 : first >= (byte) 0xe0 ? 3 : first >= (byte) 0xc0 ? 2 : 0;
        if (end - from != expected) {
            return -1;
        }
        int point = first & (0x7f >> expected);
        for (int i = from + 1; i < end; i++) {
            point = (point << 6) | (bytes[i] & 0x3f);
        }
        return point;
    }

    int codePoints() {
        int count = 0;
        for (int i = 0; i < length; i++) {
            count += (bytes[i] & 0xc0) == 0x80 ? 0 : 1;
        }
        return count;
    }

    boolean same(RowBytes other) {
        return Arrays.equals(bytes, 0, length, other.bytes, 0, other.length);
    }

    String text() {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private void grow(int more) {
        long wanted = (long) length + more;
        if (wanted > LONGEST) {
            throw new IllegalStateException("a row longer than PostgreSQL can send");
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(LONGEST, Math.max(wanted, 2L * bytes.length)));
    }

    @Override
    public String toString() {
        return length + " bytes";
    }
}
