package holdfast.source.postgres.restore;

import holdfast.source.postgres.archive.TocEntry;
import java.util.Objects;
import java.util.regex.Pattern;

/// How much memory the server may use for an index or for the check of a foreign key. More is not
/// faster: what lies in the processor's cache is. On a table of 6.75 million rows B-trees took 6.2
/// s with 16 MiB, 6.8 with 32, 7.3 with 64 and 8.6 with 256; foreign keys, which the server joins
/// by hash tables, 2.2 s with 8 MiB and 4.2 with 64 or 256. So memory grows with the table only in
/// so far as that saves passes over what does not fit. An index of any other method gets all there
/// is.
///
/// From 64 MiB on the server sorts with more than one process: see `plan_create_index_workers` in
/// PostgreSQL's `plancat.c`.
///
/// @param most MiB; 0 for the server's own setting, whatever is made
record SortMemory(int most) {
    private static final int BTREE_LEAST = 32;
    private static final int JOIN_LEAST = 8;
    /// Bytes of a table for each byte of memory.
    private static final int SHARE = 128;

    private static final Pattern METHOD = Pattern.compile(" USING (?!btree\\b)\\w+ ");

    /// @param tableBytes of the rows that it is about, as they were stored
    /// @return MiB; 0 for the server's own setting
    int of(TocEntry entry, long tableBytes) {
        if (METHOD.matcher(Objects.requireNonNullElse(entry.definition(), "")).find()) {
            return most;
        }
        int least = entry.is("FK CONSTRAINT") ? JOIN_LEAST : BTREE_LEAST;
        return (int) Math.min(most, Math.max(least, (tableBytes / SHARE) >> 20));
    }
}
