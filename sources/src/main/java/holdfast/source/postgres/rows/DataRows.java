package holdfast.source.postgres.rows;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/// The rows in a data file of the directory format: COPY's text format, in which a line feed ends a
/// row and stands nowhere else, then a line `\.` and two empty ones. Used by one thread.
public final class DataRows {
    /// Takes the rows piece by piece. A piece ends where a row ends, or within a row that is too
    /// long for one piece.
    @FunctionalInterface
    public interface Sink {
        void rows(byte[] bytes, int offset, int length) throws IOException;
    }

    private static final int BUFFER = 1 << 18;
    private static final byte[] END = {'\\', '.', '\n', '\n', '\n'};

    private final byte[] buffer = new byte[BUFFER];
    private int filled;
    private boolean lineBegins = true;

    private DataRows() {}

    /// Hands over every row.
    ///
    /// @throws EOFException when the file does not end as it must
    public static void read(InputStream in, Sink sink) throws IOException {
        new DataRows().run(in, sink);
    }

    private void run(InputStream in, Sink sink) throws IOException {
        while (true) {
            int read = in.read(buffer, filled, BUFFER - filled);
            filled += Math.max(0, read);
            if (lineBegins && ends(0)) {
                requireEnd(in);
                return;
            }
            int end = wholeRows();
            if (end > 0) {
                sink.rows(buffer, 0, end);
                keep(end);
                lineBegins = true;
            } else if (filled == BUFFER) {
                sink.rows(buffer, 0, filled);
                keep(filled);
                lineBegins = false;
            } else if (read < 0) {
                throw new EOFException("it ends within its rows");
            }
        }
    }

    /// Whether the line at `from` is the one that ends the rows. It is told by its first bytes: a
    /// row that consists of a backslash and a dot is written with two backslashes.
    private boolean ends(int from) {
        return filled - from >= 3 && buffer[from] == END[0] && buffer[from + 1] == END[1] && buffer[from + 2] == END[2];
    }

    /// How far the buffer holds whole rows before the end of rows.
    private int wholeRows() {
        int start = 0;
        boolean begins = lineBegins;
        for (int i = 0; i < filled; i++) {
            if (begins && ends(i)) {
                return i;
            }
            begins = buffer[i] == '\n';
            if (begins) {
                start = i + 1;
            }
        }
        return start;
    }

    private void keep(int from) {
        System.arraycopy(buffer, from, buffer, 0, filled - from);
        filled -= from;
    }

    private void requireEnd(InputStream in) throws IOException {
        byte[] rest = in.readNBytes(Math.max(0, END.length + 1 - filled));
        boolean right = filled + rest.length == END.length;
        for (int i = 0; right && i < END.length; i++) {
            right = (i < filled ? buffer[i] : rest[i - filled]) == END[i];
        }
        if (!right) {
            throw new EOFException("something follows the end of its rows");
        }
    }
}
