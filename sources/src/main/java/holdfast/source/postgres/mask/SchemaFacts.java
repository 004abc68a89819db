package holdfast.source.postgres.mask;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Reads [TableColumns] from the catalog of a database, 13 or newer, for all its own tables,
/// partitioned ones included.
public final class SchemaFacts {
    private static final String OWN =
            "c.relkind IN ('r', 'p', 'f') AND n.nspname !~ '^pg_'" + " AND n.nspname <> 'information_schema'";

    private static final String TABLES = """
            SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE %s ORDER BY 2, 3""".formatted(OWN);

    /// The type modifier of a domain stands with the domain nearest to the base type.
    private static final String COLUMNS = """
            WITH RECURSIVE base (domain, type, modifier, not_null) AS (
                SELECT t.oid, t.typbasetype, t.typtypmod, t.typnotnull FROM pg_catalog.pg_type t WHERE t.typtype = 'd'
                UNION ALL
                SELECT b.domain, t.typbasetype, t.typtypmod, b.not_null OR t.typnotnull
                FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.type WHERE t.typtype = 'd')
            SELECT c.oid, a.attnum, a.attname,
                pg_catalog.format_type(COALESCE(b.type, a.atttypid), COALESCE(b.modifier, a.atttypmod)),
                a.attnotnull OR COALESCE(b.not_null, false), a.attgenerated <> '',
                COALESCE(a.attnum = ANY (p.partattrs::smallint[]), false)
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = c.oid
            LEFT JOIN (SELECT base.* FROM base JOIN pg_catalog.pg_type t ON t.oid = base.type AND t.typtype <> 'd') b
                ON b.domain = a.atttypid
            WHERE %s ORDER BY c.oid, a.attnum""".formatted(OWN);

    private static final String UNIQUES = """
            SELECT i.indrelid, x.relname, i.indexprs IS NOT NULL, a.attname
            FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
            JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE i.indisunique AND (
                a.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
                OR (i.indexprs IS NOT NULL AND EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = i.indexrelid
                      AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum)))
            ORDER BY i.indrelid, i.indexrelid, a.attnum""";

    private static final String FOREIGN_KEYS = """
            SELECT k.conrelid, k.conname, k.confrelid, a.attname, r.attname
            FROM pg_catalog.pg_constraint k
            CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS u (a, r, n)
            JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.a
            JOIN pg_catalog.pg_attribute r ON r.attrelid = k.confrelid AND r.attnum = u.r
            WHERE k.contype = 'f' ORDER BY k.conrelid, k.oid, u.n""";

    private static final String ANCESTORS = """
            WITH RECURSIVE up (child, parent) AS (
                SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits
                UNION SELECT u.child, i.inhparent FROM up u JOIN pg_catalog.pg_inherits i ON i.inhrelid = u.parent)
            SELECT child, parent FROM up ORDER BY 1, 2""";

    private final Map<Long, TableName> names = new TreeMap<>();
    private final Map<Long, List<TableColumns.Column>> columns = new TreeMap<>();
    private final Map<Long, List<TableColumns.Unique>> uniques = new TreeMap<>();
    private final Map<Long, List<TableColumns.ForeignKey>> foreignKeys = new TreeMap<>();
    private final Map<Long, List<Long>> ancestors = new TreeMap<>();

    private SchemaFacts() {}

    @FunctionalInterface
    private interface Row {
        void take(ResultSet row) throws SQLException;
    }

    /// @param connection anybody may read what is asked for; nothing is changed
    public static List<TableColumns> read(Connection connection) throws SQLException {
        SchemaFacts facts = new SchemaFacts();
        try (Statement statement = connection.createStatement()) {
            ask(
                    statement,
                    TABLES,
                    row -> facts.names.put(row.getLong(1), new TableName(row.getString(2), row.getString(3))));
            ask(statement, COLUMNS, facts::column);
            ask(statement, UNIQUES, facts::unique);
            ask(statement, FOREIGN_KEYS, facts::foreignKey);
            ask(statement, ANCESTORS, row -> add(facts.ancestors, row.getLong(1), row.getLong(2)));
        }
        return facts.names.keySet().stream().map(facts::table).toList();
    }

    private static void ask(Statement statement, String query, Row each) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                each.take(rows);
            }
        }
    }

    private static <T> void add(Map<Long, List<T>> lists, long table, T one) {
        lists.computeIfAbsent(table, _ -> new ArrayList<>()).add(one);
    }

    private void column(ResultSet row) throws SQLException {
        add(
                columns,
                row.getLong(1),
                new TableColumns.Column(
                        row.getString(3), row.getString(4), row.getBoolean(5), row.getBoolean(6), row.getBoolean(7)));
    }

    private void unique(ResultSet row) throws SQLException {
        List<TableColumns.Unique> known = uniques.computeIfAbsent(row.getLong(1), _ -> new ArrayList<>());
        String name = row.getString(2);
        List<String> names = new ArrayList<>();
        if (!known.isEmpty() && known.getLast().name().equals(name)) {
            names.addAll(known.removeLast().columns());
        }
        names.add(row.getString(4));
        known.add(new TableColumns.Unique(name, names, row.getBoolean(3)));
    }

    private void foreignKey(ResultSet row) throws SQLException {
        TableName referenced = names.get(row.getLong(3));
        if (referenced == null) {
            return;
        }
        List<TableColumns.ForeignKey> known = foreignKeys.computeIfAbsent(row.getLong(1), _ -> new ArrayList<>());
        String name = row.getString(2);
        List<String> from = new ArrayList<>();
        List<String> to = new ArrayList<>();
        if (!known.isEmpty()
                && known.getLast().name().equals(name)
                && known.getLast().referenced().equals(referenced)) {
            from.addAll(known.getLast().columns());
            to.addAll(known.removeLast().referencedColumns());
        }
        from.add(row.getString(4));
        to.add(row.getString(5));
        known.add(new TableColumns.ForeignKey(name, from, referenced, to));
    }

    private TableColumns table(long id) {
        List<Long> above = ancestors.getOrDefault(id, List.of());
        List<TableColumns.Column> own = columns.getOrDefault(id, List.of()).stream()
                .map(column -> above.stream().anyMatch(parent -> decides(parent, column.name()))
                        ? new TableColumns.Column(
                                column.name(), column.type(), column.notNull(), column.generated(), true)
                        : column)
                .toList();
        return new TableColumns(
                names.getOrDefault(id, new TableName("", "")),
                own,
                uniques.getOrDefault(id, List.of()),
                foreignKeys.getOrDefault(id, List.of()),
                above.stream().filter(names::containsKey).map(names::get).toList());
    }

    private boolean decides(long parent, String column) {
        return columns.getOrDefault(parent, List.of()).stream()
                .anyMatch(one -> one.name().equals(column) && one.partitionKey());
    }
}
