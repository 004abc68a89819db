package holdfast.source.postgres.stash;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.rows.NamePattern;
import holdfast.source.postgres.stash.Unit.Column;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Tables as the catalog of a database has them. Used by one thread.
record Tables(StashSession session) {
    private static final int ORIGINAL = 0;
    private static final String NO_STASH = "n.nspname !~ '^(backup|restore_safety)_[0-9]{14}$'";

    private static final String CANDIDATES = """
            SELECT c.oid, n.nspname, c.relname, c.relkind
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
              AND n.nspname <> 'information_schema' AND\s""" + NO_STASH;

    private static final String COLUMNS = """
            SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attcollation, a.attgenerated <> '',
                   a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
            FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = ?::pg_catalog.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum""";

    private static final Pattern ANY = Pattern.compile("");

    private static final String TREE = """
            SELECT t.relid::pg_catalog.oid, c.relkind
            FROM pg_catalog.pg_partition_tree(?::pg_catalog.oid) t JOIN pg_catalog.pg_class c ON c.oid = t.relid""";

    private static final String ANCESTORS = """
            SELECT a.relid::pg_catalog.oid FROM pg_catalog.pg_partition_ancestors(?::pg_catalog.oid) a
            WHERE a.relid::pg_catalog.oid <> ?::pg_catalog.oid""";

    /// The tables that are meant, by name. A partition is left to its partitioned table when that
    /// is meant too.
    ///
    /// @throws HoldfastException.PreCheckFailed when a pattern fits no table
    List<Unit> matching(StashRequest request) throws SQLException {
        List<NamePattern> schemas =
                request.schemas().stream().map(NamePattern::ofName).toList();
        List<NamePattern> patterns =
                request.tables().stream().map(NamePattern::of).toList();
        TreeMap<TableName, Unit> units = new TreeMap<>();
        if (patterns.isEmpty()) {
            for (NamePattern schema : schemas) {
                add(units, candidates(schema.name(), ANY, false), "schema " + schema.text());
            }
        }
        for (NamePattern pattern : patterns) {
            List<List<String>> found = new ArrayList<>();
            if (pattern.namesSchema() || schemas.isEmpty()) {
                found.addAll(candidates(pattern.schema(), pattern.name(), !pattern.namesSchema()));
            } else {
                for (NamePattern schema : schemas) {
                    found.addAll(candidates(schema.name(), pattern.name(), false));
                }
            }
            add(units, found, pattern.text());
        }
        return withoutCovered(units);
    }

    /// @param visible only what the role finds without naming a schema
    private List<List<String>> candidates(Pattern schema, Pattern name, boolean visible) throws SQLException {
        if (visible) {
            session.execute("RESET search_path"); // as pg_dump does it for just this query
        }
        try {
            return session.rows(
                    CANDIDATES + " AND n.nspname ~ ? AND c.relname ~ ?"
                            + (visible ? " AND pg_catalog.pg_table_is_visible(c.oid)" : ""),
                    schema.pattern(),
                    name.pattern());
        } finally {
            if (visible) {
                session.execute("SET search_path = ''");
            }
        }
    }

    private void add(TreeMap<TableName, Unit> units, List<List<String>> found, String pattern) throws SQLException {
        boolean tables = false;
        for (List<String> row : found) {
            if (row.get(3).equals("r") || row.get(3).equals("p")) {
                tables = true;
                TableName name = new TableName(row.get(1), row.get(2));
                if (!units.containsKey(name)) {
                    units.put(name, unit(row.get(ORIGINAL), name, row.get(3).equals("p")));
                }
            }
        }
        if (!tables) {
            String other = found.isEmpty() ? "" : ": " + found.getFirst().get(2) + " is " + kind(found.getFirst());
            throw new HoldfastException.PreCheckFailed(
                    "no table fits " + pattern + other,
                    "patterns are those of psql's \\d: a table in another schema is written schema.table");
        }
    }

    private static String kind(List<String> row) {
        return switch (row.get(3)) {
            case "v" -> "a view, which has no rows of its own";
            case "m" -> "a materialized view, which REFRESH MATERIALIZED VIEW fills";
            default -> "a foreign table, whose rows are elsewhere";
        };
    }

    private static List<Unit> withoutCovered(TreeMap<TableName, Unit> units) {
        Set<String> covered = new HashSet<>();
        for (Unit unit : units.values()) {
            unit.tree().stream().filter(oid -> !oid.equals(unit.oid())).forEach(covered::add);
        }
        return units.values().stream()
                .filter(unit -> !covered.contains(unit.oid()))
                .toList();
    }

    private Unit unit(String oid, TableName name, boolean partitioned) throws SQLException {
        List<String> tree = new ArrayList<>(List.of(oid));
        if (partitioned) {
            for (List<String> row : session.rows(TREE, oid)) {
                if (row.get(1).equals("f")) {
                    throw new HoldfastException.PreCheckFailed(
                            name + " has a partition that is a foreign table, whose rows are elsewhere",
                            "name its other partitions instead");
                }
                if (!tree.contains(row.getFirst())) {
                    tree.add(row.getFirst());
                }
            }
        }
        return new Unit(oid, name, partitioned, tree, columns(oid));
    }

    private List<Column> columns(String oid) throws SQLException {
        List<Column> columns = new ArrayList<>();
        for (List<String> row : session.rows(COLUMNS, oid)) {
            columns.add(new Column(
                    row.get(0),
                    row.get(1),
                    row.get(2),
                    row.get(3).equals("t"),
                    row.get(4).equals("t")));
        }
        return columns;
    }

    /// A table by its name; empty when there is none.
    Optional<Unit> named(TableName name) throws SQLException {
        List<List<String>> found = session.rows(
                "SELECT c.oid, c.relkind FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
                        + " ON n.oid = c.relnamespace WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p')",
                name.schema(),
                name.table());
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(unit(
                        found.getFirst().getFirst(),
                        name,
                        found.getFirst().get(1).equals("p")));
    }

    /// Partitioned tables above a partition.
    List<String> ancestors(Unit unit) throws SQLException {
        return session.rows(ANCESTORS, unit.oid(), unit.oid()).stream()
                .map(List::getFirst)
                .toList();
    }

    /// @throws HoldfastException.PreCheckFailed when row-level security would hide rows of some
    /// table from this role
    void requireAllRowsVisible(List<Unit> units) throws SQLException {
        List<String> hidden = new ArrayList<>();
        for (Unit unit : units) {
            if (session.ask("SELECT pg_catalog.row_security_active(?::pg_catalog.oid)", unit.oid())
                    .equals("t")) {
                hidden.add(unit.name().toString());
            }
        }
        if (!hidden.isEmpty()) {
            throw new HoldfastException.PreCheckFailed(
                    "row-level security would hide rows of " + String.join(", ", hidden) + " from this role",
                    "use a role with BYPASSRLS, or the owner of the tables unless it is forced");
        }
    }

    /// In a database of SQL_ASCII nobody knows what the bytes of other names mean.
    void requireReadableNames(List<Unit> units) {
        for (Unit unit : units) {
            String all = unit.name() + unit.columnList();
            if (all.indexOf('\ufffd') >= 0) {
                throw new HoldfastException.PreCheckFailed(
                        "the name of " + unit.name()
                                + " or of a column of it cannot be read in a database of SQL_ASCII",
                        "leave that table out");
            }
        }
    }
}
