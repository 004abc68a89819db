package holdfast.source.sqlite;

import holdfast.model.FingerprintSum;
import holdfast.model.TableRecord;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Sums up rows given value by value. For each row: the values in order, then [#endRow]. Used by one thread.
///
/// A row's canonical form is the concatenation of its values, each one a tag byte and what follows:
///
/// | value | bytes |
/// |---|---|
/// | NULL | `0` |
/// | INTEGER | `1`, then 8 bytes, big-endian two's complement |
/// | REAL | `2`, then the 8 bytes of the IEEE 754 double, big-endian |
/// | TEXT | `3`, then the length in bytes as 8 bytes, big-endian, then the bytes as they are stored |
/// | BLOB | `4`, then the length likewise, then the bytes |
///
/// Every value says where it ends, so different rows of a table have different forms. Types are those of the
/// values, not those that columns declare. TEXT is not converted: of a UTF-16 database's text even what is no
/// valid UTF-16 counts, exactly as stored.
final class RowSum {
    private static final int BUFFER = 16 << 10;

    private final MessageDigest digest;
    private final byte[] hash = new byte[32];
    private final ByteBuffer pending = ByteBuffer.allocate(BUFFER);
    private final FingerprintSum sum = new FingerprintSum();

    RowSum() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    void addNull() {
        room(1).put((byte) 0);
    }

    void add(long integer) {
        room(9).put((byte) 1).putLong(integer);
    }

    void add(double real) {
        room(9).put((byte) 2).putLong(Double.doubleToRawLongBits(real));
    }

    void addText(byte[] encoded) {
        add((byte) 3, encoded);
    }

    void addBlob(byte[] content) {
        add((byte) 4, content);
    }

    private void add(byte tag, byte[] bytes) {
        room(9).put(tag).putLong(bytes.length);
        if (bytes.length <= pending.remaining()) {
            pending.put(bytes);
        } else {
            flush();
            digest.update(bytes);
        }
    }

    private ByteBuffer room(int bytes) {
        if (pending.remaining() < bytes) {
            flush();
        }
        return pending;
    }

    private void flush() {
        digest.update(pending.array(), 0, pending.position());
        pending.clear();
    }

    void endRow() {
        flush();
        try {
            digest.digest(hash, 0, hash.length);
        } catch (DigestException e) {
            throw new IllegalStateException(e);
        }
        sum.add(hash);
    }

    TableRecord table(String name) {
        return new TableRecord(name, sum.rows(), sum.fingerprint());
    }
}
