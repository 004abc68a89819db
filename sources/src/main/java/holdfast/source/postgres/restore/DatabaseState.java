package holdfast.source.postgres.restore;

import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/// What is in a database before something is restored into it. Immutable.
///
/// @param objects how many relations, functions and large objects of users there are
/// @param tables schema and name, divided by a dot
record DatabaseState(String encoding, long objects, Set<String> schemas, Set<String> tables) {
    private static final String OBJECTS = """
            SELECT (SELECT pg_catalog.count(*) FROM pg_catalog.pg_class c
                    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT EXISTS (
                        SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'
                        AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass))
                 + (SELECT pg_catalog.count(*) FROM pg_catalog.pg_proc p
                    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
                    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT EXISTS (
                        SELECT FROM pg_catalog.pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e'
                        AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass))
                 + (SELECT pg_catalog.count(*) FROM pg_catalog.pg_largeobject_metadata)""";

    private static final String TABLES = "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c"
            + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')";

    DatabaseState {
        schemas = Set.copyOf(schemas);
        tables = Set.copyOf(tables);
    }

    static DatabaseState of(Connection connection) throws IOException {
        try {
            return new DatabaseState(
                    Rows.one(connection, "SELECT pg_catalog.current_setting('server_encoding')"),
                    Long.parseLong(Rows.one(connection, OBJECTS)),
                    new HashSet<>(Rows.column(connection, "SELECT nspname FROM pg_catalog.pg_namespace")),
                    Rows.of(connection, TABLES).stream()
                            .map(row -> Identifiers.display(row.get(0), row.get(1)))
                            .collect(Collectors.toSet()));
        } catch (SQLException e) {
            throw new IOException("cannot look into the target: " + FirstLine.of(e), e);
        }
    }
}
