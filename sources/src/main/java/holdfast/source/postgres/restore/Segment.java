package holdfast.source.postgres.restore;

import holdfast.source.postgres.archive.ArchiveFiles;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Part of a table's data file: the rows that begin behind `from` and not behind `to`; the first
/// segment has the very first row too. So segments need not know where rows begin, and each row is
/// in just one of them. Immutable.
///
/// @param end where the rows of the whole file end
record Segment(String file, long from, long to, long end) {
    private static final byte[] ENDING = {'\\', '.', '\n', '\n', '\n'};
    private static final int READ_AHEAD = 64 << 10;

    /// @param bytes length of each but the last
    /// @throws IOException when the file is missing, or does not end as it must
    static List<Segment> of(ArchiveFiles files, String file, long bytes) throws IOException {
        long size = files.size(file).orElseThrow(() -> new IOException("the dump has no file " + file));
        long end = size - ENDING.length;
        if (end < 0 || !endsRight(files, file, end)) {
            throw new EOFException(file + " does not end as the rows of a table must");
        }
        List<Segment> segments = new ArrayList<>();
        for (long from = 0; from < end || from == 0; from += bytes) {
            segments.add(new Segment(file, from, Math.min(from + bytes, end), end));
        }
        return segments;
    }

    private static boolean endsRight(ArchiveFiles files, String file, long end) throws IOException {
        try (InputStream in = files.open(file, end)) {
            return Arrays.equals(in.readNBytes(ENDING.length + 1), ENDING);
        }
    }

    RowInput open(ArchiveFiles files) throws IOException {
        InputStream in = new BufferedInputStream(files.open(file, from), READ_AHEAD);
        boolean done = false;
        try {
            Rows rows = new Rows(in);
            rows.skipToRow();
            done = true;
            return rows;
        } finally {
            if (!done) {
                in.close();
            }
        }
    }

    private final class Rows implements RowInput {
        private final InputStream in;
        private long position = from;
        private boolean done;

        private Rows(InputStream in) {
            this.in = in;
        }

        /// Not beyond this segment: a row may be longer than many of them.
        private void skipToRow() throws IOException {
            if (from == 0) {
                return;
            }
            int read;
            do {
                read = in.read();
                position++;
            } while (read >= 0 && read != '\n' && position <= to && position < end);
            done = position > to || position == end;
        }

        @Override
        public int read(byte[] buffer) throws IOException {
            if (done || position == end) {
                return -1;
            }
            boolean last = position >= to;
            int length = in.read(buffer, 0, (int) Math.min(buffer.length, (last ? end : to) - position));
            if (length < 0) {
                throw new EOFException(file + " ends too early");
            }
            for (int i = 0; last && i < length; i++) {
                if (buffer[i] == '\n') {
                    done = true;
                    return i + 1;
                }
            }
            position += length;
            return length;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
