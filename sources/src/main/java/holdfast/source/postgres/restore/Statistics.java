package holdfast.source.postgres.restore;

import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.restore.DatabaseResult.TableStatistics;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Lets the server look at the restored tables, so that its first queries are planned well.
final class Statistics {
    private static final String SIZES = "SELECT n.nspname, c.relname, greatest(c.reltuples, 0)::bigint,"
            + " pg_catalog.pg_total_relation_size(c.oid) FROM pg_catalog.pg_class c"
            + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' ORDER BY 4 DESC, 1, 2";

    private Statistics() {}

    /// @return of the tables whose rows were restored, the largest first
    static List<TableStatistics> of(Connections connections, List<TocEntry> entries) throws IOException {
        Set<String> names = entries.stream()
                .filter(entry -> entry.is(TocEntry.TABLE_DATA))
                .map(Loading::name)
                .collect(Collectors.toSet());
        try (Connection connection = connections.openForRestore("UTF8");
                Statement statement = connection.createStatement()) {
            statement.execute("ANALYZE");
            return Rows.of(connection, SIZES).stream()
                    .map(row -> new TableStatistics(
                            Identifiers.display(row.get(0), row.get(1)),
                            Long.parseLong(row.get(2)),
                            Long.parseLong(row.get(3))))
                    .filter(table -> names.contains(table.table()))
                    .toList();
        } catch (SQLException e) {
            throw new IOException("cannot analyse the restored tables: " + FirstLine.of(e), e);
        }
    }
}
