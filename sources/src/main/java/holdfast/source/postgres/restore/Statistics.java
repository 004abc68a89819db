package holdfast.source.postgres.restore;

import holdfast.io.Parallel;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.restore.DatabaseResult.TableStatistics;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/// Lets the server look at the restored tables, so that its first queries are planned well, and
/// tells what it found.
final class Statistics {
    private static final Set<String> ANALYSED = Set.of(TocEntry.TABLE, TocEntry.TABLE_DATA, "MATERIALIZED VIEW");

    /// Before, the partitions of a table were looked at once more with it.
    private static final int FIRST_WITH_ONLY = 18;

    private static final String SIZES = "SELECT n.nspname, c.relname, greatest(c.reltuples, 0)::bigint,"
            + " pg_catalog.pg_total_relation_size(c.oid) FROM pg_catalog.pg_class c"
            + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' ORDER BY 4 DESC, 1, 2";

    private Statistics() {}

    /// A table that cannot be analysed is as good as it was: that is for the log.
    ///
    /// @param width sessions at the same time
    /// @return of the tables whose rows were restored, the largest first
    static List<TableStatistics> of(
            Connections connections, TargetSession.Manner manner, List<TocEntry> entries, int width, Looking looking)
            throws IOException {
        Set<String> tables = entries.stream()
                .filter(entry -> ANALYSED.contains(String.valueOf(entry.description())))
                .map(entry -> Identifiers.qualified(String.valueOf(entry.namespace()), String.valueOf(entry.tag())))
                .collect(Collectors.toSet());
        Queue<String> left = new ConcurrentLinkedQueue<>(tables);
        String what = "the restored tables were analysed";
        looking.at(what, () -> analysed(connections, manner, left, width));
        return looking.at(what, () -> sizes(connections, names(entries)));
    }

    /// @return what is left: nothing
    private static Queue<String> analysed(
            Connections connections, TargetSession.Manner manner, Queue<String> left, int width) throws IOException {
        List<TargetSession> sessions = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            sessions.add(new TargetSession(connections, manner));
        }
        try {
            Parallel.each(sessions, width, session -> {
                for (String table = left.poll(); table != null; table = left.poll()) {
                    analyse(session, table, manner, left);
                }
            });
        } finally {
            sessions.forEach(TargetSession::close);
        }
        return left;
    }

    /// @param left gets the table back when it may be analysed by another session
    private static void analyse(TargetSession session, String table, TargetSession.Manner manner, Queue<String> left)
            throws IOException {
        boolean lost = true;
        try {
            session.execute(session.version() >= FIRST_WITH_ONLY ? "ANALYZE ONLY " + table : "ANALYZE " + table);
            lost = false;
        } catch (SQLException e) {
            lost = Connections.isLost(e);
            if (lost) {
                throw new IOException("cannot analyse " + table + ": " + FirstLine.of(e), e);
            }
            manner.log().accept("not analysed: " + table + ": " + FirstLine.of(e));
        } finally {
            if (lost) {
                left.add(table);
            }
        }
    }

    private static Set<String> names(List<TocEntry> entries) {
        return entries.stream()
                .filter(entry -> entry.is(TocEntry.TABLE_DATA))
                .map(Loading::name)
                .collect(Collectors.toSet());
    }

    private static List<TableStatistics> sizes(Connections connections, Set<String> names) throws IOException {
        try (Connection connection = connections.openForRestore("UTF8")) {
            return Rows.of(connection, SIZES).stream()
                    .map(row -> new TableStatistics(
                            Identifiers.display(row.get(0), row.get(1)),
                            Long.parseLong(row.get(2)),
                            Long.parseLong(row.get(3))))
                    .filter(table -> names.contains(table.table()))
                    .toList();
        } catch (SQLException e) {
            throw new IOException("cannot ask for the sizes of the restored tables: " + FirstLine.of(e), e);
        }
    }
}
