package holdfast.source.postgres.restore;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

/// Cuts a stream in COPY's text format into rows. Those that lie within what is given are handed
/// over where they lie; one that does not is put together, up to a limit. Used by one thread.
final class RowCutter {
    /// The longest row that is put together.
    static final int LONGEST = 256 << 20;

    /// Takes a row.
    @FunctionalInterface
    interface Each {
        /// @param bytes hold the row from `offset` on, without its line feed; not to be kept
        void row(byte[] bytes, int offset, int length);
    }

    private final String table;
    private final int longest;
    private final Each each;
    private byte[] begun = new byte[1 << 10];
    private int kept;

    /// @param table as messages name it
    RowCutter(String table, Each each) {
        this(table, LONGEST, each);
    }

    RowCutter(String table, int longest, Each each) {
        this.table = table;
        this.longest = longest;
        this.each = each;
    }

    /// @throws IOException when a row is too long
    void add(byte[] bytes, int length) throws IOException {
        int from = 0;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                if (kept == 0) {
                    each.row(bytes, from, i - from);
                } else {
                    keep(bytes, from, i - from);
                    each.row(begun, 0, kept);
                    kept = 0;
                }
                from = i + 1;
            }
        }
        if (from < length) {
            keep(bytes, from, length - from);
        }
    }

    private void keep(byte[] bytes, int from, int count) throws IOException {
        if (count > longest - kept) {
            throw new IOException("a row of " + table + " is longer than the " + (longest >> 20)
                    + " MiB that can be looked into when rows are masked");
        }
        if (count > begun.length - kept) {
            begun = Arrays.copyOf(begun, Math.min(longest, Math.max(kept + count, 2 * begun.length)));
        }
        System.arraycopy(bytes, from, begun, kept, count);
        kept += count;
    }

    /// After the last byte.
    ///
    /// @throws IOException when it was not the end of a row
    void end() throws IOException {
        if (kept > 0) {
            throw new EOFException("the rows of " + table + " end within a row");
        }
    }
}
