package holdfast.source.postgres.restore;

import holdfast.model.CheckResult;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.Connections;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// The user's own queries on a restored database, with the results they must have. They stand in a
/// script that psql would run too: `-- expect: 42` above a query, which gives one row; its columns
/// are divided by `|`. Immutable.
public record UserQueries(List<Query> queries) {
    public static final UserQueries NONE = new UserQueries(List.of());

    private static final String EXPECT = "-- expect:";
    private static final long BYTES_MAX = 1 << 20;

    /// @param line number of the line that says what is expected
    public record Query(int line, String sql, String expected) {}

    public UserQueries {
        queries = List.copyOf(queries);
    }

    /// @throws HoldfastException.BadUsage when the file is not there, or says nothing to expect
    public static UserQueries read(Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) > BYTES_MAX) {
            throw new HoldfastException.BadUsage(
                    "cannot read the queries in " + file + ": no file, or larger than 1 MiB", "check --queries");
        }
        List<Query> queries = new ArrayList<>();
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).strip().startsWith(EXPECT)) {
                queries.add(new Query(
                        i + 1,
                        sql(lines.subList(i + 1, lines.size())),
                        lines.get(i).strip().substring(EXPECT.length()).strip()));
            } else if (queries.isEmpty()
                    && !lines.get(i).isBlank()
                    && !lines.get(i).strip().startsWith("--")) {
                throw new HoldfastException.BadUsage(
                        file + ": line " + (i + 1) + " comes before any '" + EXPECT + " …'",
                        "say above each query what it must give, for instance: " + EXPECT + " 42");
            }
        }
        if (queries.stream().anyMatch(query -> query.sql().isBlank()) || queries.isEmpty()) {
            throw new HoldfastException.BadUsage(
                    file + " has no query below '" + EXPECT + " …'",
                    "write one there, such as SELECT count(*) FROM t;");
        }
        return new UserQueries(queries);
    }

    private static String sql(List<String> lines) {
        List<String> own = lines.stream()
                .takeWhile(line -> !line.strip().startsWith(EXPECT))
                .toList();
        return String.join("\n", own).strip();
    }

    /// Runs them, each in a transaction that may only read.
    List<CheckResult> run(Connections connections) throws IOException {
        List<CheckResult> results = new ArrayList<>();
        if (queries.isEmpty()) {
            return results;
        }
        try (Connection connection = connections.openForRestore("UTF8")) {
            try (Statement statement = connection.createStatement()) {
                // as psql would find tables: by what the role or the database has set
                statement.execute("RESET search_path");
            }
            for (Query query : queries) {
                results.add(run(connection, query));
            }
        } catch (SQLException e) {
            throw new IOException("cannot run the queries: " + FirstLine.of(e), e);
        }
        return results;
    }

    private static CheckResult run(Connection connection, Query query) throws SQLException {
        String subject = "query of line " + query.line();
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN READ ONLY");
            List<List<String>> rows = Rows.of(connection, query.sql());
            String given = rows.size() == 1 ? String.join("|", rows.getFirst()) : rows.size() + " rows";
            return given.equals(query.expected())
                    ? CheckResult.pass(subject, "gives " + given)
                    : CheckResult.fail(subject, "gives " + given + ", expected is " + query.expected());
        } catch (SQLException e) {
            return CheckResult.fail(subject, FirstLine.of(e));
        } finally {
            try (Statement statement = connection.createStatement()) {
                statement.execute("ROLLBACK");
            }
        }
    }
}
