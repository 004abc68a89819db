package holdfast.source.postgres.rows;

import holdfast.model.FingerprintSum;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The fingerprint of rows in COPY's text format: that of a row is taken from its line without the
/// line feed at the end, which never stands within a row. Lines may come in pieces. Used by one
/// thread.
public final class RowDigest {
    private final MessageDigest digest;
    private final byte[] hash = new byte[32];
    private final FingerprintSum sum = new FingerprintSum();

    public RowDigest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Takes whole rows, or the beginning or a further piece of one.
    public void add(byte[] bytes, int offset, int length) {
        int start = offset;
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] == '\n') {
                digest.update(bytes, start, i - start);
                endRow();
                start = i + 1;
            }
        }
        digest.update(bytes, start, offset + length - start);
    }

    /// A piece of a row that may hold line feeds; [#endRow] follows the last one.
    public void piece(byte[] bytes, int length) {
        digest.update(bytes, 0, length);
    }

    public void endRow() {
        try {
            digest.digest(hash, 0, hash.length);
        } catch (DigestException e) {
            throw new IllegalStateException(e);
        }
        sum.add(hash);
    }

    public FingerprintSum sum() {
        return sum;
    }
}
