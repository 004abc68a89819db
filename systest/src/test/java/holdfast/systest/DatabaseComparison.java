package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.PostgresServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.postgresql.PGConnection;

/// Whether two databases are the same, told by nothing of Holdfast's: their schemas by `pg_dump`, every row of every
/// table by `COPY`, the states of sequences, and the bytes, owners and rights of large objects. What only the order of
/// rows in their files tells is no difference.
final class DatabaseComparison {
    /// All that is compared of a database.
    ///
    /// @param schema as `pg_dump --schema-only` has it
    /// @param rows by table, as [RowsDigest] has them
    record Content(
            String schema,
            SortedMap<String, String> rows,
            SortedMap<String, String> sequences,
            SortedMap<String, String> largeObjects) {}

    /// The texts of values must not depend on what role and database prefer.
    private static final Map<String, String> SETTINGS = new LinkedHashMap<>();

    static {
        SETTINGS.put("DateStyle", "ISO");
        SETTINGS.put("IntervalStyle", "postgres");
        SETTINGS.put("TimeZone", "UTC");
        SETTINGS.put("extra_float_digits", "3");
        SETTINGS.put("bytea_output", "hex");
        SETTINGS.put("xmlbinary", "base64");
        SETTINGS.put("statement_timeout", "0");
        SETTINGS.put("row_security", "off");
        SETTINGS.put("search_path", "");
    }

    /// What hashes to which partition may depend on the oids of an enum's values, so such partitions count together.
    private static final String TABLES = """
            SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), CASE WHEN c.relkind = 'p' THEN '' ELSE 'ONLY ' END
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                LEFT JOIN pg_catalog.pg_partitioned_table h ON h.partrelid = c.oid AND h.partstrat = 'h'
            WHERE (c.relkind = 'r' OR c.relkind = 'm' AND c.relispopulated OR h.partrelid IS NOT NULL)
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_partition_ancestors(c.oid) a JOIN pg_catalog.pg_partitioned_table p
                              ON p.partrelid = a.relid WHERE p.partstrat = 'h' AND a.relid <> c.oid)
              AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_t'
            ORDER BY 1""";

    private static final String SEQUENCES = """
            SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'S' AND n.nspname !~ '^pg_t'
            ORDER BY 1""";

    private static final String LARGE_OBJECTS = """
            SELECT m.oid, pg_catalog.format('%s bytes, %s, owner %s, rights %s, comment %L',
                pg_catalog.length(pg_catalog.lo_get(m.oid)),
                pg_catalog.encode(pg_catalog.sha256(pg_catalog.lo_get(m.oid)), 'hex'),
                pg_catalog.pg_get_userbyid(m.lomowner),
                (SELECT pg_catalog.string_agg(a::text, ' ' ORDER BY a::text COLLATE "C")
                 FROM pg_catalog.unnest(coalesce(m.lomacl, pg_catalog.acldefault('L', m.lomowner))) a),
                pg_catalog.obj_description(m.oid, 'pg_largeobject'))
            FROM pg_catalog.pg_largeobject_metadata m ORDER BY 1""";

    private static final String PROPERTIES = """
            SELECT pg_catalog.format('owner %s, encoding %s, collate %s, ctype %s, connections %s, comment %L, rights %s',
                pg_catalog.pg_get_userbyid(datdba), encoding, datcollate, datctype, datconnlimit,
                pg_catalog.shobj_description(oid, 'pg_database'),
                (SELECT pg_catalog.string_agg(a::text, ' ' ORDER BY a::text COLLATE "C")
                 FROM pg_catalog.unnest(coalesce(datacl, pg_catalog.acldefault('d', datdba))) a))
            FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
            UNION ALL
            (SELECT pg_catalog.format('role %s: %s', coalesce(r.rolname, 'all'), setting)
            FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
                CROSS JOIN pg_catalog.unnest(s.setconfig) setting LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
            WHERE d.datname = pg_catalog.current_database() ORDER BY 1)""";

    private DatabaseComparison() {}

    /// Reads all of a database, as it is just now.
    static Content read(PostgresServer server, String database) throws IOException, SQLException {
        try (Connection connection = server.connect(database)) {
            for (Map.Entry<String, String> setting : SETTINGS.entrySet()) {
                query(
                        connection,
                        "SELECT pg_catalog.set_config('" + setting.getKey() + "', '" + setting.getValue()
                                + "', false)");
            }
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            SortedMap<String, String> rows = new TreeMap<>();
            for (List<String> table : query(connection, TABLES)) {
                rows.put(table.getFirst(), rows(connection, table.getLast() + table.getFirst()));
            }
            SortedMap<String, String> sequences = new TreeMap<>();
            for (List<String> sequence : query(connection, SEQUENCES)) {
                String name = sequence.getFirst();
                sequences.put(
                        name,
                        query(connection, "SELECT last_value, is_called FROM " + name)
                                .getFirst()
                                .toString());
            }
            SortedMap<String, String> largeObjects = new TreeMap<>();
            query(connection, LARGE_OBJECTS).forEach(object -> largeObjects.put(object.getFirst(), object.getLast()));
            return new Content(schema(server, database), rows, sequences, largeObjects);
        }
    }

    private static String rows(Connection connection, String table) throws IOException, SQLException {
        RowsDigest digest = new RowsDigest();
        connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("COPY (SELECT * FROM " + table + ") TO STDOUT", digest);
        return digest.toString();
    }

    private static String schema(PostgresServer server, String database) throws IOException {
        return dumped(server, "pg_dump", "--schema-only", "--dbname=" + server.url(database));
    }

    /// Roles and tablespaces of a server, without passwords.
    static String globals(PostgresServer server) throws IOException {
        return dumped(
                server,
                "pg_dumpall",
                "--globals-only",
                "--no-role-passwords",
                "--dbname=" + server.url(PostgresServer.SUPERUSER));
    }

    private static String dumped(PostgresServer server, String program, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(server.programs().program(program).toString()));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile("holdfast-dumped", ".sql");
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile());
            // defaults and views show values in the texts of the session
            builder.environment()
                    .put(
                            "PGOPTIONS",
                            "-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=postgres"
                                    + " -c extra_float_digits=3 -c bytea_output=hex");
            Process process =
                    builder.redirectError(ProcessBuilder.Redirect.PIPE).start();
            String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(program + ": " + said).isZero();
            // a key drawn at random, since August 2025
            return Files.readString(out).replaceAll("(?m)^\\\\(un)?restrict .*\n", "");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            Files.delete(out);
        }
    }

    /// What belongs to a database and is not in it: owner, rights, encoding, settings.
    static List<List<String>> properties(PostgresServer server, String database) throws SQLException {
        try (Connection connection = server.connect(database)) {
            return query(connection, PROPERTIES);
        }
    }

    private static List<List<String>> query(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(query)) {
            List<List<String>> rows = new ArrayList<>();
            while (answer.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= answer.getMetaData().getColumnCount(); column++) {
                    row.add(String.valueOf(answer.getString(column)));
                }
                rows.add(row);
            }
            return rows;
        }
    }

    /// Fails at the first difference.
    static void assertSame(Content expected, Content actual) {
        assertThat(difference(expected.schema(), actual.schema())).as("schema").isEmpty();
        assertSameRows(expected, actual);
        assertThat(actual.sequences()).as("sequences").isEqualTo(expected.sequences());
        assertThat(actual.largeObjects()).as("large objects").isEqualTo(expected.largeObjects());
    }

    /// Only the rows, for what was restored without its constraints, or before them.
    static void assertSameRows(Content expected, Content actual) {
        assertThat(actual.rows().keySet())
                .as("tables")
                .isEqualTo(expected.rows().keySet());
        expected.rows()
                .forEach((table, rows) -> assertThat(
                                difference(rows, actual.rows().getOrDefault(table, "")))
                        .as(table)
                        .isEmpty());
    }

    /// The first lines that differ, with some before and after; empty when there are none.
    private static String difference(String expected, String actual) {
        if (expected.equals(actual)) {
            return "";
        }
        List<String> left = expected.lines().toList();
        List<String> right = actual.lines().toList();
        int first = 0;
        while (first < Math.min(left.size(), right.size()) && left.get(first).equals(right.get(first))) {
            first++;
        }
        return "expected: " + around(left, first) + "\nbut was: " + around(right, first);
    }

    private static String around(List<String> lines, int at) {
        return String.join(
                "\n", lines.subList(Math.min(lines.size(), Math.max(0, at - 3)), Math.min(lines.size(), at + 5)));
    }
}
