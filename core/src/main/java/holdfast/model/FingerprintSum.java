package holdfast.model;

import java.nio.ByteBuffer;

/// Sums up rows to a [Fingerprint], in any order and without an object for each row. Used by one
/// thread; parts that several threads summed are put together by [#add(FingerprintSum)].
public final class FingerprintSum {
    private long high;
    private long low;
    private long rows;

    /// One more row.
    ///
    /// @param sha256 of its canonical form; only the first 128 bits count
    public void add(byte[] sha256) {
        ByteBuffer digest = ByteBuffer.wrap(sha256);
        add(digest.getLong(), digest.getLong(), 1);
    }

    /// One more row.
    ///
    /// @param hashHigh upper 64 bits of the hash of its canonical form
    /// @param hashLow lower 64 bits of it
    public void add(long hashHigh, long hashLow) {
        add(hashHigh, hashLow, 1);
    }

    /// All rows of another sum.
    public void add(FingerprintSum other) {
        add(other.high, other.low, other.rows);
    }

    private void add(long addedHigh, long addedLow, long addedRows) {
        low += addedLow;
        high += addedHigh + (Long.compareUnsigned(low, addedLow) < 0 ? 1 : 0);
        rows += addedRows;
    }

    public long rows() {
        return rows;
    }

    public Fingerprint fingerprint() {
        return new Fingerprint(high, low);
    }
}
