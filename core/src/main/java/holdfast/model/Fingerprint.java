package holdfast.model;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/// What a table holds, whatever the order of its rows: a hash of 128 bits of each row's canonical
/// form, summed modulo 2^128. Together with the row count equal fingerprints mean equal content.
/// Canonical form and hash are the kind of source's own: `docs/FORMAT.md` names them. Immutable.
///
/// @param high upper 64 bits of the sum
/// @param low lower 64 bits of the sum
public record Fingerprint(long high, long low) {
    public static final Fingerprint EMPTY = new Fingerprint(0, 0);

    /// @throws IllegalArgumentException when `hex` is not 32 hexadecimal digits
    public static Fingerprint parse(String hex) {
        if (hex.length() != 32) {
            throw new IllegalArgumentException("a fingerprint has 32 hexadecimal digits: " + hex);
        }
        return new Fingerprint(HexFormat.fromHexDigitsToLong(hex, 0, 16), HexFormat.fromHexDigitsToLong(hex, 16, 32));
    }

    /// The fingerprint of one row whose canonical form has the given SHA-256.
    public static Fingerprint ofDigest(byte[] sha256) {
        ByteBuffer digest = ByteBuffer.wrap(sha256);
        return new Fingerprint(digest.getLong(), digest.getLong());
    }

    public Fingerprint plus(Fingerprint other) {
        long sum = low + other.low;
        long carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
        return new Fingerprint(high + other.high + carry, sum);
    }

    /// 32 lower-case hexadecimal digits.
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
