package holdfast.source.postgres.mask;

import java.nio.charset.StandardCharsets;

/// Hexadecimal digits of HMAC-SHA-256; for a `uuid` a random-looking one (version 4). Used by one
/// thread.
final class HashMask implements ValueMask {
    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final KeyedHash hash;
    private final int digits;
    private final ColumnType.Family family;

    HashMask(byte[] key, int digits, ColumnType.Family family) {
        hash = new KeyedHash(key);
        this.digits = digits;
        this.family = family;
    }

    @Override
    public boolean mask(RowBytes clear, RowBytes by, RowBytes out) {
        byte[] bytes = hash.take(clear).bytes();
        if (family == ColumnType.Family.UUID) {
            uuid(bytes, out);
            return true;
        }
        boolean binary = family == ColumnType.Family.BYTEA;
        if (binary) {
            out.put('\\');
            out.put('x');
        }
        int count = binary ? digits / 2 * 2 : digits;
        for (int i = 0; i < count; i++) {
            out.put(digit(bytes, i));
        }
        return true;
    }

    private static void uuid(byte[] bytes, RowBytes out) {
        bytes[6] = (byte) (0x40 | (bytes[6] & 0x0f));
        bytes[8] = (byte) (0x80 | (bytes[8] & 0x3f));
        for (int i = 0; i < 32; i++) {
            if (i == 8 || i == 12 || i == 16 || i == 20) {
                out.put('-');
            }
            out.put(digit(bytes, i));
        }
    }

    private static byte digit(byte[] bytes, int at) {
        return DIGITS[at % 2 == 0 ? (bytes[at / 2] >> 4) & 0xf : bytes[at / 2] & 0xf];
    }
}
