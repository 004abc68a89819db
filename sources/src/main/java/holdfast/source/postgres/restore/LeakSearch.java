package holdfast.source.postgres.restore;

import holdfast.model.CheckResult;
import holdfast.model.Progress;
import holdfast.source.postgres.TableRows;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.mask.LeakScan;
import holdfast.source.postgres.mask.SchemaFacts;
import holdfast.source.postgres.mask.TableColumns;
import holdfast.source.postgres.mask.TableName;
import holdfast.source.postgres.mask.TableScan;
import holdfast.source.postgres.rows.CopyStatement;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Reads every row of a masked database, materialised views included, and looks for clear values in
/// it. Changes nothing. Used by one thread, works with several.
///
/// @param width connections that read at the same time
record LeakSearch(Connections connections, int width, Progress progress) {
    private static final String STORED = """
            SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'""";

    private static final String VIEWS = """
            SELECT n.nspname, c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.relkind = 'm' AND c.relispopulated ORDER BY c.oid, a.attnum""";

    /// @return a finding for each column that holds clear values, and what was looked through
    List<CheckResult> run(LeakScan leaks) throws IOException {
        progress.step("looking for clear values");
        Map<TableRows.Table, TableColumns> tables = new LinkedHashMap<>();
        try (Connection connection = connections.openForRestore("UTF8")) {
            Set<List<String>> stored = new HashSet<>(Rows.of(connection, STORED));
            for (TableColumns table : SchemaFacts.read(connection)) {
                if (stored.contains(List.of(table.name().schema(), table.name().table()))) {
                    boolean generated = table.columns().stream().anyMatch(TableColumns.Column::generated);
                    tables.put(read(table, generated), table);
                }
            }
            views(connection).forEach(view -> tables.put(read(view, true), view));
        } catch (SQLException e) {
            throw new IOException("cannot look for clear values: " + FirstLine.withoutDetail(e), e);
        }
        new TableRows(connections, width, progress)
                .read(
                        List.copyOf(tables.keySet()),
                        table -> new Scanned(leaks, Objects.requireNonNull(tables.get(table))));
        return leaks.results();
    }

    /// Every column, also what the server computes.
    private static TableRows.Table read(TableColumns table, boolean asQuery) {
        TableName name = table.name();
        return new TableRows.Table(new CopyStatement(name.schema(), name.table(), names(table)), asQuery);
    }

    private static List<String> names(TableColumns table) {
        return table.columns().stream().map(TableColumns.Column::name).toList();
    }

    private static List<TableColumns> views(Connection connection) throws SQLException {
        Map<TableName, List<TableColumns.Column>> views = new LinkedHashMap<>();
        for (List<String> row : Rows.of(connection, VIEWS)) {
            views.computeIfAbsent(new TableName(row.get(0), row.get(1)), _ -> new ArrayList<>())
                    .add(new TableColumns.Column(row.get(2), row.get(3), false, false, false));
        }
        return views.entrySet().stream()
                .map(view -> new TableColumns(view.getKey(), view.getValue(), List.of(), List.of(), List.of()))
                .toList();
    }

    private static final class Scanned implements TableRows.Taker {
        private final TableScan scan;
        private final RowCutter rows;

        Scanned(LeakScan leaks, TableColumns table) {
            scan = leaks.scan(table, names(table));
            rows = new RowCutter(table.name().toString(), scan::row);
        }

        @Override
        public void take(byte[] bytes, int length) throws IOException {
            rows.add(bytes, length);
        }

        @Override
        public void end() throws IOException {
            rows.end();
        }

        @Override
        public void close() {
            scan.close();
        }
    }
}
