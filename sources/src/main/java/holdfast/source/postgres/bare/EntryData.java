package holdfast.source.postgres.bare;

import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.rows.DataRows;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/// The content of one entry of an archive, read to its end.
final class EntryData {
    private EntryData() {}

    /// @return how many rows it holds; -1 for what is not in COPY's format
    /// @throws IOException when rows do not end as they must
    static long read(TocEntry entry, InputStream in) throws IOException {
        boolean copied = entry.is(TocEntry.TABLE_DATA)
                && entry.copyStatement() != null
                && !entry.copyStatement().isEmpty();
        if (!copied) {
            DumpCheck.drain(in);
            return -1;
        }
        long[] rows = new long[1];
        DataRows.read(in, (bytes, offset, length) -> {
            for (int i = offset; i < offset + length; i++) {
                rows[0] += bytes[i] == '\n' ? 1 : 0;
            }
        });
        DumpCheck.drain(in);
        return rows[0];
    }

    /// For people.
    static String name(TocEntry entry) {
        String kind = String.valueOf(entry.description()).toLowerCase(Locale.ROOT);
        return entry.is(TocEntry.TABLE_DATA) ? "table " + entry.namespace() + "." + entry.tag() : kind;
    }
}
