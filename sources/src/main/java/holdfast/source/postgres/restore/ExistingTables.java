package holdfast.source.postgres.restore;

import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.BrokenArchiveException;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.CopyStatement;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Tables that are there and get rows: how their triggers and foreign keys are dealt with. A role
/// that may do so loads as a replica does, without firing any of them, and the foreign keys are
/// checked afterwards; any other loads parents before children. Immutable.
///
/// @param replica whether the sessions may be those of a replica
/// @param keys foreign keys of the tables that get rows, and those that refer to them
/// @param triggers of the tables that get rows
/// @param withheld tables that the role may not write, or not empty
record ExistingTables(boolean replica, List<ForeignKey> keys, TableTriggers triggers, List<Withheld> withheld) {
    static final String REPLICA = "SET session_replication_role = replica";

    private static final String KEYS = """
            SELECT k.conname, n.nspname, c.relname, m.nspname, d.relname,
                   pg_catalog.format('%I.%I', n.nspname, c.relname), pg_catalog.format('%I.%I', m.nspname, d.relname),
                   (SELECT pg_catalog.string_agg(pg_catalog.format('c.%I = p.%I', a.attname, b.attname), ' AND ')
                    FROM ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey)) u (f, t)
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.f
                    JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = u.t),
                   (SELECT pg_catalog.string_agg(pg_catalog.format('c.%I IS NOT NULL', a.attname), ' AND ')
                    FROM pg_catalog.unnest(k.conkey) u (f)
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.f)
            FROM pg_catalog.pg_constraint k
            JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_class d ON d.oid = k.confrelid JOIN pg_catalog.pg_namespace m ON m.oid = d.relnamespace
            WHERE k.contype = 'f' AND k.convalidated ORDER BY 2, 3, 1""";

    private static final String WITHHELD = """
            SELECT n.nspname, c.relname,
                   pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                   AND pg_catalog.has_table_privilege(c.oid, 'INSERT') AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AND NOT pg_catalog.row_security_active(c.oid),
                   pg_catalog.has_table_privilege(c.oid, 'TRUNCATE')
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' ORDER BY 1, 2""";

    private static final int FIRST_WITH_PARAMETER_PRIVILEGES = 15;
    private static final String IS_SUPERUSER = "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user";
    private static final String MAY_REPLICATE =
            "SELECT pg_catalog.has_parameter_privilege('session_replication_role', 'SET')";

    /// @param written whether the role may read and write all its rows
    /// @param emptied whether it may empty it
    record Withheld(String table, boolean written, boolean emptied) {}

    /// @param join and `present` conditions on `c`, the table, and `p`, the one it refers to
    record ForeignKey(
            String name,
            String table,
            String referred,
            String tableSql,
            String referredSql,
            String join,
            String present) {
        String violations() {
            return "SELECT pg_catalog.count(*) FROM " + tableSql + " c WHERE " + present
                    + " AND NOT EXISTS (SELECT FROM " + referredSql + " p WHERE " + join + ")";
        }
    }

    ExistingTables {
        keys = List.copyOf(keys);
        withheld = List.copyOf(withheld);
    }

    /// @param tables schema and name of those that get rows
    static ExistingTables in(ConnectionTarget target, RestoreOptions options, Set<String> tables) throws IOException {
        try (Connection connection = new Connections(target, options.connectTimeout()).openForRestore("UTF8")) {
            return of(connection, tables);
        } catch (SQLException e) {
            throw new IOException("cannot look into " + target.display() + ": " + FirstLine.of(e), e);
        }
    }

    private static ExistingTables of(Connection connection, Set<String> tables) throws IOException {
        try {
            List<ForeignKey> keys = Rows.of(connection, KEYS).stream()
                    .map(row -> new ForeignKey(
                            row.get(0),
                            Identifiers.display(row.get(1), row.get(2)),
                            Identifiers.display(row.get(3), row.get(4)),
                            row.get(5),
                            row.get(6),
                            row.get(7),
                            row.get(8)))
                    .filter(key -> tables.contains(key.table()) || tables.contains(key.referred()))
                    .toList();
            List<Withheld> withheld = Rows.of(connection, WITHHELD).stream()
                    .map(row -> new Withheld(
                            Identifiers.display(row.get(0), row.get(1)),
                            row.get(2).equals("t"),
                            row.get(3).equals("t")))
                    .filter(table -> tables.contains(table.table()))
                    .toList();
            boolean old = connection.getMetaData().getDatabaseMajorVersion() < FIRST_WITH_PARAMETER_PRIVILEGES;
            boolean replica =
                    Rows.one(connection, old ? IS_SUPERUSER : MAY_REPLICATE).startsWith("t");
            return new ExistingTables(replica, keys, TableTriggers.firing(connection, replica, tables), withheld);
        } catch (SQLException e) {
            throw new IOException("cannot look into the target: " + FirstLine.of(e), e);
        }
    }

    /// @param emptied whether the rows that are there go
    /// @throws HoldfastException.PreCheckFailed when it cannot be done
    void check(String target, Set<String> tables, boolean emptied) {
        for (ForeignKey key : keys) {
            if (emptied && !tables.contains(key.table())) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot empty " + key.referred() + " in " + target + ": " + key.table() + " refers to it by "
                                + key.name(),
                        "restore the rows of that table too: --table " + key.table());
            }
        }
        for (Withheld table : withheld) {
            if (!table.written() || (emptied && !table.emptied())) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot load rows into " + target + ": this role may not "
                                + (table.written() ? "empty " : "read and write all rows of ") + table.table(),
                        "load as its owner, or GRANT SELECT, INSERT, TRUNCATE ON it; row-level security must not hold"
                                + " for the role");
            }
        }
        triggers.check(target);
        Set<String> ordered = Set.copyOf(order(tables));
        for (ForeignKey key : keys) {
            if (!replica && tables.contains(key.table()) && !ordered.contains(key.table())) {
                throw cycle(target, key);
            }
        }
    }

    private static HoldfastException.PreCheckFailed cycle(String target, ForeignKey key) {
        return new HoldfastException.PreCheckFailed(
                "cannot load rows into " + target + ": the tables refer to each other (" + key.name() + " of "
                        + key.table() + "), and this role may not load without checking that",
                "load as a superuser, or GRANT SET ON PARAMETER session_replication_role (PostgreSQL 15 and newer)");
    }

    /// Parents before children; those in a cycle are left out. Rows may refer to others of their
    /// own table: they are checked when all of it is there.
    private List<String> order(Set<String> tables) {
        List<String> ordered = new ArrayList<>();
        Set<String> left = new HashSet<>(tables);
        boolean more = true;
        while (more) {
            List<String> next = left.stream()
                    .filter(table -> keys.stream()
                            .noneMatch(key -> key.table().equals(table)
                                    && !key.referred().equals(table)
                                    && left.contains(key.referred())))
                    .toList();
            ordered.addAll(next);
            next.forEach(left::remove);
            more = !next.isEmpty();
        }
        return ordered;
    }

    /// The entries, each depending on those whose rows its own refer to.
    List<TocEntry> ordered(List<TocEntry> entries) {
        if (replica) {
            return entries;
        }
        Map<String, TocEntry> byName = new HashMap<>();
        entries.stream()
                .filter(entry -> entry.is(TocEntry.TABLE_DATA))
                .forEach(entry -> byName.put(Loading.name(entry), entry));
        return entries.stream().map(entry -> dependent(entry, byName)).toList();
    }

    private TocEntry dependent(TocEntry entry, Map<String, TocEntry> byName) {
        Set<String> before = keys.stream()
                .filter(key -> entry.is(TocEntry.TABLE_DATA) && key.table().equals(Loading.name(entry)))
                .map(key -> byName.get(key.referred()))
                .filter(parent -> parent != null && parent.dumpId() != entry.dumpId())
                .map(parent -> Integer.toString(parent.dumpId()))
                .collect(Collectors.toSet());
        return before.isEmpty() ? entry : entry.withDependencies(List.copyOf(before));
    }

    /// @throws BrokenArchiveException when an entry does not name its table
    static String truncate(List<TocEntry> tables) throws BrokenArchiveException {
        List<String> names = new ArrayList<>();
        for (TocEntry table : tables) {
            names.add("ONLY " + CopyStatement.of(table).qualified());
        }
        return "TRUNCATE " + String.join(", ", names);
    }

    /// Whether every row refers to one that is there.
    List<CheckResult> violations(Connection connection) throws SQLException {
        List<CheckResult> results = new ArrayList<>();
        for (ForeignKey key : keys) {
            String subject = "foreign key " + key.name() + " of " + key.table();
            long broken = Long.parseLong(Rows.one(connection, key.violations()));
            results.add(
                    broken == 0
                            ? CheckResult.pass(subject, "every row refers to one that is there")
                            : CheckResult.fail(
                                    subject,
                                    Count.of(broken, "row") + " without the row in " + key.referred()
                                            + " that it refers to"));
        }
        return results;
    }
}
