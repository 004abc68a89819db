package holdfast.source.postgres;

import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.NamePattern;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Which patterns for schemas and tables fit something in one database, as `pg_dump` sees it: one
/// without a dot fits only tables on the search path. Immutable.
///
/// @param schemas,tables those of the patterns that do
public record FittingPatterns(List<String> schemas, List<String> tables) {
    private static final String RELATIONS = """
            SELECT n.nspname, c.relname, pg_catalog.pg_table_is_visible(c.oid)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'S', 'v', 'm', 'f', 'p')""";

    /// What psql takes for a regular expression, which is left to `pg_dump`.
    private static final Pattern EXPRESSION = Pattern.compile("[\\[\\]()|+^{}\\\\]");

    private record Table(String schema, String name, boolean visible) {}

    public FittingPatterns {
        schemas = List.copyOf(schemas);
        tables = List.copyOf(tables);
    }

    public boolean isEmpty() {
        return schemas.isEmpty() && tables.isEmpty();
    }

    /// @param schemas,tables patterns as psql's `\d` takes them
    /// @throws holdfast.model.HoldfastException.PreCheckFailed when the database lets nobody in
    public static FittingPatterns of(
            ConnectionTarget target, Duration connectTimeout, List<String> schemas, List<String> tables)
            throws IOException {
        List<String> there = new ArrayList<>();
        List<Table> relations = new ArrayList<>();
        try (Connection connection = new Connections(target, connectTimeout).open();
                Statement statement = connection.createStatement()) {
            statement.execute("RESET search_path");
            try (ResultSet row = statement.executeQuery("SELECT nspname FROM pg_catalog.pg_namespace")) {
                while (row.next()) {
                    there.add(row.getString(1));
                }
            }
            try (ResultSet row = statement.executeQuery(RELATIONS)) {
                while (row.next()) {
                    relations.add(new Table(row.getString(1), row.getString(2), row.getBoolean(3)));
                }
            }
        } catch (SQLException e) {
            throw new IOException("cannot look into " + target.display() + ": " + e.getMessage(), e);
        }
        return new FittingPatterns(
                fitting(schemas, pattern -> there.stream().anyMatch(pattern::matches)),
                fitting(
                        tables,
                        pattern -> relations.stream()
                                .filter(table -> table.visible() || pattern.namesSchema())
                                .anyMatch(table -> pattern.matches(table.schema(), table.name()))));
    }

    private static List<String> fitting(List<String> patterns, Predicate<NamePattern> fits) {
        return patterns.stream()
                .filter(pattern -> EXPRESSION.matcher(pattern).find() || fits.test(NamePattern.of(pattern)))
                .toList();
    }
}
