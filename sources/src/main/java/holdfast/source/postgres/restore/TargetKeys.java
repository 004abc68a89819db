package holdfast.source.postgres.restore;

import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.source.postgres.rows.Identifiers;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The foreign keys of tables that get rows, and those that refer to them. Rows lie in partitions,
/// and keys may lead to and from the table that those are part of. Immutable.
///
/// @param partitions of each partitioned table, those that hold rows
record TargetKeys(List<Key> all, Map<String, Set<String>> partitions) {
    /// A key to a partitioned table has a child for each partition, which alone nobody must fulfil:
    /// kept are keys that lead to where somebody made them lead to, from whatever has them. What
    /// versions from 18 have is asked for by way of JSON.
    private static final String KEYS = """
            WITH RECURSIVE made (oid, confrelid) AS (
                SELECT oid, confrelid FROM pg_catalog.pg_constraint WHERE contype = 'f' AND conparentid = 0
                UNION ALL
                SELECT k.oid, m.confrelid FROM pg_catalog.pg_constraint k JOIN made m ON k.conparentid = m.oid)
            SELECT k.conname, n.nspname, c.relname, m.nspname, d.relname,
                   pg_catalog.format('%I.%I', n.nspname, c.relname),
                   CASE c.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END || pg_catalog.format('%I.%I', n.nspname, c.relname),
                   CASE d.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END || pg_catalog.format('%I.%I', m.nspname, d.relname),
                   (SELECT pg_catalog.string_agg(pg_catalog.format('p.%I OPERATOR(%I.%s) c.%I%s', b.attname,
                               s.nspname, o.oprname, a.attname,
                               CASE WHEN a.attcollation <> b.attcollation AND a.attcollation <> 0 AND b.attcollation <> 0
                                    THEN (SELECT pg_catalog.format(' COLLATE %I.%I', x.nspname, l.collname)
                                          FROM pg_catalog.pg_collation l
                                          JOIN pg_catalog.pg_namespace x ON x.oid = l.collnamespace
                                          WHERE l.oid = b.attcollation) ELSE '' END), ' AND ')
                    FROM ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey),
                                    pg_catalog.unnest(k.conpfeqop)) u (f, t, op)
                    JOIN pg_catalog.pg_operator o ON o.oid = u.op
                    JOIN pg_catalog.pg_namespace s ON s.oid = o.oprnamespace
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.f
                    JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = u.t),
                   (SELECT pg_catalog.string_agg(pg_catalog.format('c.%I IS NOT NULL', a.attname), ' AND ')
                    FROM pg_catalog.unnest(k.conkey) u (f)
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.f),
                   COALESCE(pg_catalog.to_jsonb(k) ->> 'conperiod', 'false') = 'true'
            FROM pg_catalog.pg_constraint k JOIN made ON made.oid = k.oid AND made.confrelid = k.confrelid
            JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_class d ON d.oid = k.confrelid JOIN pg_catalog.pg_namespace m ON m.oid = d.relnamespace
            WHERE k.convalidated ORDER BY 2, 3, 1""";

    private static final String PARTITIONS = """
            SELECT n.nspname, c.relname, m.nspname, d.relname
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL pg_catalog.pg_partition_ancestors(c.oid) u (oid)
            JOIN pg_catalog.pg_class d ON d.oid = u.oid AND d.relkind = 'p'
            JOIN pg_catalog.pg_namespace m ON m.oid = d.relnamespace
            WHERE c.relispartition AND c.relkind <> 'p'""";

    /// @param tableRows,referredRows for `FROM`, without those that inherit
    /// @param join and `present` conditions on `c`, the table, and `p`, the one it refers to
    /// @param period whether a stretch of time has to be covered, which no comparison of columns tells
    record Key(
            String name,
            String table,
            String referred,
            String tableSql,
            String tableRows,
            String referredRows,
            String join,
            String present,
            boolean period) {
        /// Whether every row refers to one that is there.
        CheckResult check(Connection connection) throws SQLException {
            String subject = "foreign key " + name + " of " + table;
            if (period) {
                return CheckResult.pass(subject, "warning: it is of PERIODs, and its rows were not looked at");
            }
            long broken = Long.parseLong(Rows.one(
                    connection,
                    "SELECT pg_catalog.count(*) FROM " + tableRows + " c WHERE " + present
                            + " AND NOT EXISTS (SELECT FROM " + referredRows + " p WHERE " + join + ")"));
            return broken == 0
                    ? CheckResult.pass(subject, "every row refers to one that is there")
                    : CheckResult.fail(
                            subject,
                            Count.of(broken, "row") + " without the row in " + referred + " that it refers to");
        }
    }

    TargetKeys {
        all = List.copyOf(all);
        partitions = Map.copyOf(partitions);
    }

    /// @param tables schema and name of those that get rows
    static TargetKeys of(Connection connection, Set<String> tables) throws SQLException {
        Map<String, Set<String>> partitions = new HashMap<>();
        for (List<String> row : Rows.of(connection, PARTITIONS)) {
            partitions
                    .computeIfAbsent(Identifiers.display(row.get(2), row.get(3)), _ -> new HashSet<>())
                    .add(Identifiers.display(row.get(0), row.get(1)));
        }
        List<Key> keys = Rows.of(connection, KEYS).stream()
                .map(row -> new Key(
                        row.get(0),
                        Identifiers.display(row.get(1), row.get(2)),
                        Identifiers.display(row.get(3), row.get(4)),
                        row.get(5),
                        row.get(6),
                        row.get(7),
                        row.get(8),
                        row.get(9),
                        row.get(10).equals("t")))
                .toList();
        TargetKeys any = new TargetKeys(keys, partitions);
        return new TargetKeys(
                keys.stream()
                        .filter(key -> any.meets(key.table(), tables) || any.meets(key.referred(), tables))
                        .toList(),
                partitions);
    }

    boolean isPartitioned(String table) {
        return partitions.containsKey(table);
    }

    /// The tables that hold its rows.
    Set<String> parts(String table) {
        return partitions.getOrDefault(table, Set.of(table));
    }

    /// Whether rows of it lie in one of some tables.
    boolean meets(String table, Set<String> tables) {
        return parts(table).stream().anyMatch(tables::contains);
    }

    /// Whether all of its rows lie in some tables.
    boolean lies(String table, Set<String> tables) {
        return tables.containsAll(parts(table));
    }
}
