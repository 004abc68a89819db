package holdfast.source.postgres.restore;

import holdfast.model.CheckResult;
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
import java.util.LinkedHashSet;
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
record ExistingTables(boolean replica, TargetKeys keys, TableTriggers triggers, List<Withheld> withheld) {
    static final String REPLICA = "SET session_replication_role = replica";

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

    ExistingTables {
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
            TargetKeys keys = TargetKeys.of(connection, tables);
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
        for (TargetKeys.Key key : keys.all()) {
            if (emptied && keys.meets(key.referred(), tables) && !keys.lies(key.table(), tables)) {
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
        for (TargetKeys.Key key : keys.all()) {
            if (!replica && tables.contains(key.table()) && !ordered.contains(key.table())) {
                throw cycle(target, key);
            }
        }
    }

    private static HoldfastException.PreCheckFailed cycle(String target, TargetKeys.Key key) {
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
                    .filter(table -> keys.all().stream()
                            .noneMatch(key -> key.table().equals(table)
                                    && !key.referred().equals(table)
                                    && keys.meets(key.referred(), left)))
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
        Set<String> before = keys.all().stream()
                .filter(key -> entry.is(TocEntry.TABLE_DATA) && key.table().equals(Loading.name(entry)))
                .flatMap(key -> keys.parts(key.referred()).stream())
                .map(byName::get)
                .filter(parent -> parent != null && parent.dumpId() != entry.dumpId())
                .map(parent -> Integer.toString(parent.dumpId()))
                .collect(Collectors.toSet());
        return before.isEmpty() ? entry : entry.withDependencies(List.copyOf(before));
    }

    /// @param names of those that are emptied
    /// @throws BrokenArchiveException when an entry does not name its table
    String truncate(List<TocEntry> tables, Set<String> names) throws BrokenArchiveException {
        Set<String> all = new LinkedHashSet<>();
        for (TocEntry table : tables) {
            CopyStatement copy = CopyStatement.of(table);
            boolean partitioned = keys.isPartitioned(Identifiers.display(copy.schema(), copy.table()));
            all.add((partitioned ? "" : "ONLY ") + copy.qualified());
        }
        // a partitioned table that refers to one of them has no rows of its own, and must be named
        keys.all().stream()
                .filter(key -> keys.isPartitioned(key.table()) && keys.lies(key.table(), names))
                .forEach(key -> all.add(key.tableSql()));
        return "TRUNCATE " + String.join(", ", all);
    }

    /// Whether every row refers to one that is there.
    List<CheckResult> violations(Connection connection) throws SQLException {
        List<CheckResult> results = new ArrayList<>();
        for (TargetKeys.Key key : keys.all()) {
            if (!keys.isPartitioned(key.table())) {
                results.add(key.check(connection));
            }
        }
        return results;
    }
}
