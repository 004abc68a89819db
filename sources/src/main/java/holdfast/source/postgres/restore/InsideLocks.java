package holdfast.source.postgres.restore;

import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.rows.Identifiers;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Whether a server can keep the locks of a restore inside a database, which is one transaction:
/// every object that it makes or moves stays locked until its end, in a table of the server that
/// all sessions share. Looks only.
///
/// @param connection with that database
/// @param entries that will be made
record InsideLocks(Connection connection, InsidePlan plan, List<TocEntry> entries) {
    /// Schemas, roles and catalogs.
    private static final int OTHERS = 100;

    private static final int WITH_TOAST = 3;

    /// Tables are locked against writers; where a schema is emptied, so are the sequences of their
    /// columns, which move with them.
    private static final String RELATIONS = """
            SELECT pg_catalog.count(*) FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ({kinds}) AND n.nspname IN ({names})""";

    /// As it is for certain; what else the server keeps room for may serve other sessions.
    private static final String ROOM = """
            SELECT l, l * (c + p), c + p FROM (SELECT pg_catalog.current_setting('max_locks_per_transaction')::bigint AS l,
                pg_catalog.current_setting('max_connections')::bigint AS c,
                pg_catalog.current_setting('max_prepared_transactions')::bigint AS p) s""";

    /// Those that lock nothing but what another entry has made.
    private static final Set<String> WITHOUT_LOCKS = Set.of(
            TocEntry.TABLE_DATA,
            "ACL",
            "CHECK CONSTRAINT",
            "DEFAULT",
            "DEFAULT ACL",
            "FK CONSTRAINT",
            "INDEX ATTACH",
            "ROW SECURITY",
            "RULE",
            "SEQUENCE OWNED BY",
            "SEQUENCE SET",
            "STATISTICS DATA",
            "TABLE ATTACH",
            "TRIGGER");

    private static final Pattern ON_RELATION =
            Pattern.compile("(?:TABLE|COLUMN|INDEX|VIEW|MATERIALIZED VIEW|SEQUENCE|FOREIGN TABLE) .*", Pattern.DOTALL);

    /// A column whose values never are long.
    private static final Pattern SHORT_COLUMN = Pattern.compile(
            "\\s+(?:\"(?:[^\"]|\"\")+\"|\\S+) (?:bigint|integer|smallint"
                    + "|boolean|real|double precision|oid|uuid|date|time|timestamp|interval|numeric\\(\\d+,\\d+\\))\\b[^\\[]*");

    /// @param needed locks, more rather than less
    /// @param room for so many in the server
    /// @param setting `max_locks_per_transaction`
    /// @param wanted value of that setting, with which there is room
    record Answer(long needed, long room, long setting, long wanted) {
        boolean fits() {
            return needed <= room;
        }
    }

    Answer answer() throws SQLException {
        long needed =
                OTHERS + old() + entries.stream().mapToLong(InsideLocks::locks).sum();
        List<String> room = Rows.of(connection, ROOM).getFirst();
        long sessions = Long.parseLong(room.get(2));
        return new Answer(
                needed, Long.parseLong(room.get(1)), Long.parseLong(room.get(0)), Math.ceilDiv(needed, sessions));
    }

    private long old() throws SQLException {
        long old = relations("'r', 'p'", plan.renamed().keySet())
                + relations("'S'", plan.emptied().keySet());
        for (String schema : plan.emptied().keySet()) {
            old += SchemaObjects.of(connection, schema).size();
        }
        return old;
    }

    private long relations(String kinds, Set<String> schemas) throws SQLException {
        String names = schemas.stream().map(Identifiers::literal).collect(Collectors.joining(", "));
        return schemas.isEmpty()
                ? 0
                : Long.parseLong(
                        Rows.one(connection, RELATIONS.replace("{kinds}", kinds).replace("{names}", names)));
    }

    private static int locks(TocEntry entry) {
        String kind = text(entry.description());
        if (WITHOUT_LOCKS.contains(kind)) {
            return 0;
        }
        return switch (kind) {
            case TocEntry.TABLE -> isShort(text(entry.definition())) ? 1 : WITH_TOAST;
            // what refreshes it fills another and drops the first
            case "MATERIALIZED VIEW", "MATERIALIZED VIEW DATA" -> WITH_TOAST;
            case "COMMENT" -> ON_RELATION.matcher(text(entry.tag())).matches() ? 0 : 1;
            default -> 1;
        };
    }

    /// Whether a table has nothing to put aside into another, which has an index.
    private static boolean isShort(String definition) {
        return definition
                .lines()
                .filter(line -> line.startsWith("    ") && !line.startsWith("    CONSTRAINT "))
                .allMatch(line -> SHORT_COLUMN.matcher(line).matches());
    }

    private static String text(@Nullable String value) {
        return Objects.requireNonNullElse(value, "");
    }
}
