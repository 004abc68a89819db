package holdfast.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The SHA-256 that names a blob, pack, snapshot or other repository file: 32 bytes, held as four big-endian longs so
/// that equality is by value and no array is shared. Ordered as its hexadecimal form. Immutable.
public record ObjectId(long a, long b, long c, long d) implements Comparable<ObjectId> {
    /// Length of an id in bytes.
    public static final int BYTES = 32;

    /// Reads 32 bytes from the buffer's position (which advances) in the order they stand in the file.
    ///
    /// @throws java.nio.BufferUnderflowException when fewer than 32 bytes remain
    public static ObjectId read(ByteBuffer from) {
        boolean swap = from.order() == ByteOrder.LITTLE_ENDIAN;
        long a = from.getLong();
        long b = from.getLong();
        long c = from.getLong();
        long d = from.getLong();
        return swap
                ? new ObjectId(Long.reverseBytes(a), Long.reverseBytes(b), Long.reverseBytes(c), Long.reverseBytes(d))
                : new ObjectId(a, b, c, d);
    }

    public static ObjectId of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("an id has 32 bytes, not " + bytes.length);
        }
        return read(ByteBuffer.wrap(bytes));
    }

    /// @throws IllegalArgumentException when `hex` is not 64 lower-case or upper-case hexadecimal digits
    public static ObjectId parse(String hex) {
        if (hex.length() != 2 * BYTES) {
            throw new IllegalArgumentException("an id has 64 hexadecimal digits: " + hex);
        }
        return new ObjectId(
                HexFormat.fromHexDigitsToLong(hex, 0, 16),
                HexFormat.fromHexDigitsToLong(hex, 16, 32),
                HexFormat.fromHexDigitsToLong(hex, 32, 48),
                HexFormat.fromHexDigitsToLong(hex, 48, 64));
    }

    /// Whether `text` has the form of a full id.
    public static boolean isId(String text) {
        return text.length() == 2 * BYTES && text.chars().allMatch(HexFormat::isHexDigit);
    }

    /// The id of `content`: its SHA-256. The buffer's position does not change.
    public static ObjectId hash(ByteBuffer content) {
        MessageDigest sha256 = sha256();
        sha256.update(content.duplicate());
        return of(sha256.digest());
    }

    public static ObjectId hash(byte[] content) {
        return of(sha256().digest(content));
    }

    /// A new SHA-256 digest. Not thread-safe.
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// Puts the 32 bytes at the buffer's position, which advances; the buffer's byte order does not matter.
    public void write(ByteBuffer to) {
        boolean swap = to.order() == ByteOrder.LITTLE_ENDIAN;
        to.putLong(swap ? Long.reverseBytes(a) : a);
        to.putLong(swap ? Long.reverseBytes(b) : b);
        to.putLong(swap ? Long.reverseBytes(c) : c);
        to.putLong(swap ? Long.reverseBytes(d) : d);
    }

    public byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        write(bytes);
        return bytes.array();
    }

    /// 64 lower-case hexadecimal digits: the name of the file in the repository.
    public String hex() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(a) + hex.toHexDigits(b) + hex.toHexDigits(c) + hex.toHexDigits(d);
    }

    /// The first eight digits, as people read and type them.
    public String brief() {
        return HexFormat.of().toHexDigits(a).substring(0, 8);
    }

    @Override
    public int compareTo(ObjectId other) {
        int order = Long.compareUnsigned(a, other.a);
        if (order == 0) {
            order = Long.compareUnsigned(b, other.b);
        }
        if (order == 0) {
            order = Long.compareUnsigned(c, other.c);
        }
        return order == 0 ? Long.compareUnsigned(d, other.d) : order;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(a);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectId(long x, long y, long z, long w) && a == x && b == y && c == z && d == w;
    }

    @Override
    public String toString() {
        return hex();
    }
}
