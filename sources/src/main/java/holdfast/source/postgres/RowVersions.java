package holdfast.source.postgres;

import holdfast.io.Parallel;
import holdfast.source.postgres.PageRanges.Range;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// Finds out whether tables hold the very row versions that an earlier snapshot of the same history
/// saw. PostgreSQL never changes a row version but for who deleted or locked it: an UPDATE writes
/// another one. So they are the same if each that is visible was written before the earlier
/// snapshot's xmin, when all who wrote had ended, and if there are as many as then. Only the heap
/// is scanned, values in TOAST are not, and nothing is sent but two numbers.
final class RowVersions {
    /// One table on its way.
    ///
    /// @param table as SQL names it
    /// @param expected rows that the earlier snapshot saw
    record Scan(String table, Relation relation, long expected, AtomicLong counted, AtomicBoolean differs) {
        Scan(String table, Relation relation, long expected) {
            this(table, relation, expected, new AtomicLong(), new AtomicBoolean());
        }

        boolean same() {
            return !differs.get() && counted.get() == expected;
        }
    }

    private record Part(Scan scan, String condition) {}

    private final Readers readers;
    private final String xmin;

    /// @param xmin of the earlier snapshot, of 32 bits
    RowVersions(Readers readers, String xmin) {
        this.readers = readers;
        this.xmin = xmin;
    }

    /// @param width connections that scan at the same time
    void compare(Collection<Scan> scans, int width) throws IOException {
        List<Part> parts = new ArrayList<>();
        for (Scan scan : scans) {
            List<Range> ranges = PageRanges.ofTableAlone(scan.relation());
            List<Part> own = new ArrayList<>();
            ranges.forEach(range -> own.add(new Part(scan, condition(range))));
            Collections.reverse(own); // new rows are found at the end sooner
            parts.addAll(own.isEmpty() ? List.of(new Part(scan, "")) : own);
        }
        Parallel.each(parts, width, this::count);
    }

    private static String condition(Range range) {
        String below = range.end() < 0 ? "" : " AND ctid < '(" + range.end() + ",0)'::pg_catalog.tid";
        return " WHERE ctid >= '(" + range.first() + ",0)'::pg_catalog.tid" + below;
    }

    private void count(Part part) throws IOException {
        Scan scan = part.scan();
        if (scan.differs().get()) {
            return;
        }
        try {
            List<String> row = ReaderQuery.ask(readers, question(scan.table(), part.condition()))
                    .getFirst();
            long rows = scan.counted().addAndGet(Long.parseLong(row.get(0)));
            if (!row.get(0).equals(row.get(1)) || rows > scan.expected()) {
                scan.differs().set(true);
            }
        } catch (SQLException e) { // somebody waits to change it, or it may not be looked into so closely
            scan.differs().set(true);
        }
    }

    /// `age` counts from one fixed transaction back, as a signed number of 32 bits. Between the two
    /// snapshots lie fewer than 2^31 transactions ([History#precedes]), so whatever is newer has a
    /// lower age than the earlier xmin; a row from very long ago may have one too, and then the
    /// table is read. Ids that are no ordinary ones have the greatest age of all (2147483647); rows
    /// do not have them since 9.4, but by a tool for damaged tables.
    private String question(String table, String condition) {
        return "SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE pg_catalog.age(xmin)"
                + " > pg_catalog.age('" + xmin + "'::pg_catalog.xid) AND pg_catalog.age(xmin) < 2147483647)"
                + " FROM ONLY " + table + condition;
    }
}
