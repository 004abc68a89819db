package holdfast.source.postgres;

import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.rows.DatabaseEncoding;
import holdfast.source.postgres.rows.Identifiers;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// What the system catalogs of a database say, as one session sees them. Used by one thread.
final class Catalog {
    private static final int NAMED = 5;

    /// Before, each range of pages would cost a scan of the whole table.
    private static final int FIRST_WITH_TID_RANGE_SCAN = 14;

    private static final String SIZES = """
            SELECT c.oid, pg_catalog.pg_table_size(c.oid), COALESCE(a.amname, ''), c.relkind,
                   COALESCE(e.condition, ''), n.nspname, c.relname,
                   pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam
            LEFT JOIN (SELECT pg_catalog.unnest(extconfig), pg_catalog.unnest(extcondition)
                       FROM pg_catalog.pg_extension) e (relation, condition) ON e.relation = c.oid
            WHERE c.relkind IN ('r', 'f', 'm')""";

    /// Fit for any search path.
    private static final String WITHHELD = """
            SELECT pg_catalog.format('%%I.%%I', n.nspname, c.relname)
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
            WHERE c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'S']::pg_catalog."char"[])
              AND n.nspname OPERATOR(pg_catalog.!~) '^(pg_|information_schema$)'
              AND NOT (pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                       AND CASE WHEN c.relkind OPERATOR(pg_catalog.=) 'S'
                                THEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT')
                                ELSE pg_catalog.has_table_privilege(c.oid, 'SELECT') END)
              AND (%s)
            ORDER BY 1""";

    /// As `has_largeobject_privilege` of PostgreSQL 18 says.
    private static final String WITHHELD_OBJECTS = """
            SELECT 'large object ' || oid FROM pg_catalog.pg_largeobject_metadata
            WHERE pg_catalog.current_setting('is_superuser') = 'off'
              AND pg_catalog.current_setting('lo_compat_privileges') = 'off'
              AND NOT pg_catalog.pg_has_role(lomowner, 'USAGE')
              AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(lomacl) granted
                              WHERE privilege_type = 'SELECT'
                                AND (grantee = 0 OR pg_catalog.pg_has_role(grantee, 'USAGE')))
            ORDER BY oid LIMIT 1000""";

    private static final String HIDDEN = """
            SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), c.oid
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity AND pg_catalog.row_security_active(c.oid)
            ORDER BY 1""";

    /// Of a database without an encoding; as bytes, which nobody converts.
    private static final String NAMES = """
            SELECT DISTINCT pg_catalog.encode(pg_catalog.convert_to(named.name, 'SQL_ASCII'), 'hex')
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
            CROSS JOIN LATERAL (VALUES (n.nspname::text), (c.relname::text), (a.attname::text)) named (name)
            WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname !~ '^pg_' AND NOT a.attisdropped
              AND named.name COLLATE "C" ~ '[\\x80-\\xff]'""";

    private final Question snapshot;

    /// @param snapshot in which it is asked
    Catalog(Question snapshot) {
        this.snapshot = snapshot;
    }

    int serverMajor() throws SQLException {
        return Integer.parseInt(snapshot.ask("SELECT pg_catalog.current_setting('server_version_num')")) / 10_000;
    }

    /// As PostgreSQL names it.
    String encoding() throws SQLException {
        return snapshot.ask("SELECT pg_catalog.current_setting('server_encoding')");
    }

    /// Refuses before anything is stored.
    ///
    /// @throws HoldfastException.PreCheckFailed when a table or column has a name that the driver,
    ///     which sends UTF-8 only, cannot say to the server
    void requireNameable(String database) throws SQLException {
        if (!encoding().equals(DatabaseEncoding.NONE.name())) {
            return;
        }
        for (List<String> row : snapshot.rows(NAMES)) {
            String name = FileNames.decode(HexFormat.of().parseHex(row.getFirst()));
            if (!FileNames.isText(name)) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot back up " + database + ": it has no encoding (SQL_ASCII), and the name "
                                + FileNames.display(name) + " in it is not UTF-8",
                        "rename it, or back up what pg_dump writes as a file");
            }
        }
    }

    /// Refuses before anything is stored. What `pg_dump` locks must be readable, be its rows wanted or
    /// not. Of a selection, sequences are left to `pg_dump`, which knows what they belong to.
    ///
    /// @throws HoldfastException.PreCheckFailed when some table that is wanted cannot be read; names
    ///     the first of them
    void requireReadable(String database, DumpSelection selection) throws SQLException {
        refuse(
                "cannot back up " + database + ": this role may not read ",
                selection.isEverything() ? snapshot.rows(WITHHELD.formatted("true")) : withheld(selection),
                "GRANT pg_read_all_data TO it (PostgreSQL 14 and newer), or leave those tables out");
        if (!selection.includes() && selection.content() != DumpSelection.Content.SCHEMA) {
            refuse(
                    "cannot back up " + database + ": this role may not read ",
                    snapshot.rows(WITHHELD_OBJECTS),
                    "GRANT SELECT ON LARGE OBJECT to it, or use their owner");
        }
    }

    private List<List<String>> withheld(DumpSelection selection) throws SQLException {
        snapshot.ask(SelectedRelations.WITH_USUAL_SEARCH_PATH);
        List<List<String>> tables = snapshot.rows(
                WITHHELD.formatted("c.relkind OPERATOR(pg_catalog.<>) 'S' AND " + SelectedRelations.wanted(selection)));
        snapshot.ask(SelectedRelations.WITHOUT_SEARCH_PATH);
        return tables;
    }

    /// Refuses before anything is stored.
    ///
    /// @param tables oids of those whose rows shall be read
    /// @throws HoldfastException.PreCheckFailed when a policy would hide rows of one of them
    void requireWhole(String database, Set<String> tables) throws SQLException {
        refuse(
                "cannot back up " + database + ": row-level security would hide rows of ",
                snapshot.rows(HIDDEN).stream()
                        .filter(row -> tables.contains(row.get(1)))
                        .toList(),
                "use a role with BYPASSRLS, or the owner of the tables unless it is forced");
    }

    private static void refuse(String begin, List<List<String>> tables, String hint) {
        if (!tables.isEmpty()) {
            String names = String.join(
                    ", ", tables.stream().limit(NAMED).map(List::getFirst).toList());
            String more = tables.size() > NAMED ? " and " + (tables.size() - NAMED) + " more" : "";
            throw new HoldfastException.PreCheckFailed(begin + names + more, hint);
        }
    }

    /// By oid. Waits, as its size is asked for, for whoever has one of them locked exclusively.
    Map<String, Relation> relations(Set<String> oids) throws SQLException {
        return oids.isEmpty()
                ? Map.of()
                : relations(SIZES + " AND c.oid IN (" + String.join(",", oids) + ")", row -> row.get(0));
    }

    /// By schema and name, divided by a dot.
    Map<String, Relation> relationsByName() throws SQLException {
        return relations(SIZES, row -> Identifiers.display(row.get(5), row.get(6)));
    }

    private Map<String, Relation> relations(String query, Function<List<String>, String> key) throws SQLException {
        boolean rangesAreScanned = serverMajor() >= FIRST_WITH_TID_RANGE_SCAN;
        Map<String, Relation> relations = new HashMap<>();
        for (List<String> row : snapshot.rows(query)) {
            Relation relation = new Relation(
                    number(row.get(1)),
                    number(row.get(7)),
                    rangesAreScanned && row.get(2).equals("heap"),
                    row.get(3).equals("f"),
                    row.get(4));
            relations.put(key.apply(row), relation);
        }
        return relations;
    }

    /// What has no files has no size.
    private static long number(String text) {
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }
}
