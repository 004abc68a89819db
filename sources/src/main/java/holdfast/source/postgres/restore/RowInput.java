package holdfast.source.postgres.restore;

import java.io.IOException;

/// Rows in COPY's text format, on their way into a table. Used by one thread.
interface RowInput extends AutoCloseable {
    /// Fills some of the buffer; a row may be cut anywhere.
    ///
    /// @return how many bytes; -1 after the last row
    int read(byte[] to) throws IOException;

    @Override
    void close() throws IOException;
}
