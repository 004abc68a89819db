package holdfast.source.postgres.stash;

import holdfast.model.Count;
import holdfast.model.FingerprintSum;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.stash.ForeignKey.Pair;
import holdfast.source.postgres.stash.Unit.Column;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Finds out whether and how the rows of a stash go back into tables that may have changed since.
/// Touches nothing.
record RestorePlanner(StashSession session, RestoreOptions options) {
    private static final String STALE = """
            WITH RECURSIVE dependent (oid, relkind) AS (
              SELECT c.oid, c.relkind FROM pg_catalog.pg_class c WHERE c.oid = ANY (?::pg_catalog.oid[])
              UNION
              SELECT v.oid, v.relkind FROM dependent u
              JOIN pg_catalog.pg_depend d ON d.refobjid = u.oid
                   AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                   AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
              JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
              JOIN pg_catalog.pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm'))
            SELECT DISTINCT n.nspname || '.' || c.relname
            FROM dependent m JOIN pg_catalog.pg_class c ON c.oid = m.oid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE m.relkind = 'm' ORDER BY 1""";

    /// The two sides of each table, and what connects them to others.
    Prepared prepare(Stash stash) throws SQLException {
        Tables tables = new Tables(session);
        List<String> notes = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        List<TableRestore> restores = new ArrayList<>();
        Set<String> family = new LinkedHashSet<>();
        for (Stash.Table table : stash.tables()) {
            Optional<Unit> live = tables.named(table.original());
            Optional<Unit> copy = tables.named(new TableName(stash.name(), table.copy()));
            if (live.isEmpty()) {
                problems.add("the table " + table.original() + " is gone");
            } else if (copy.isEmpty()) {
                problems.add("the copy of " + table.original() + " is gone from " + stash.name());
            } else {
                restores.add(new Columns(table, live.get(), copy.get(), notes, problems).match());
                family.addAll(live.get().tree());
                family.addAll(tables.ancestors(live.get()));
            }
        }
        List<Unit> live = restores.stream().map(TableRestore::live).toList();
        tables.requireAllRowsVisible(live);
        tables.requireReadableNames(live);
        List<ForeignKey> keys = family.isEmpty() ? List.of() : new ForeignKeys(session).of(family);
        stale(live, notes);
        return new Prepared(stash, restores, family, keys, notes, problems);
    }

    private void stale(List<Unit> live, List<String> notes) throws SQLException {
        String oids = live.stream().flatMap(unit -> unit.tree().stream()).collect(Collectors.joining(",", "{", "}"));
        for (List<String> view : session.rows(STALE, oids)) {
            notes.add("the materialized view " + view.getFirst()
                    + " keeps what it has: REFRESH MATERIALIZED VIEW brings it up to date");
        }
    }

    /// One table's columns, then and now.
    private final class Columns {
        private final Stash.Table table;
        private final Unit live;
        private final Unit copy;
        private final List<String> notes;
        private final List<String> problems;

        private Columns(Stash.Table table, Unit live, Unit copy, List<String> notes, List<String> problems) {
            this.table = table;
            this.live = live;
            this.copy = copy;
            this.notes = notes;
            this.problems = problems;
        }

        private TableRestore match() throws SQLException {
            Map<String, Column> now =
                    live.columns().stream().collect(Collectors.toMap(Column::name, Function.identity()));
            List<Column> columns = new ArrayList<>();
            List<String> casts = new ArrayList<>();
            for (Column old : copy.columns()) {
                Column column = now.remove(old.name());
                String what = "the column " + table.original() + "." + old.name();
                if (column == null) {
                    (options.withoutGoneColumns() ? notes : problems).add(what + " is gone");
                } else if (column.generated()) {
                    noteIfChanged(column, old, what);
                } else if (column.type().equals(old.type())) {
                    columns.add(column);
                    casts.add("");
                } else if (castable(column)) {
                    notes.add(what + " is " + column.type() + " now, and was " + old.type());
                    columns.add(column);
                    casts.add(column.type());
                } else {
                    problems.add(what + " is " + column.type() + " now, which does not take the old " + old.type());
                }
            }
            for (Column added : now.values()) {
                String what = "the column " + table.original() + "." + added.name() + " was added since";
                if (added.required() && table.rows() > 0) {
                    problems.add(what + ", may not be NULL and has no default");
                } else if (!added.generated()) {
                    notes.add(what + " and gets its default");
                }
            }
            return new TableRestore(live, table, copy, columns, casts);
        }

        private void noteIfChanged(Column column, Column old, String what) {
            if (!column.type().equals(old.type())) {
                notes.add(what + " is generated, of another type now");
            }
        }

        /// As the server says it of an INSERT that is planned and not run.
        private boolean castable(Column column) throws SQLException {
            return session.accepts("EXPLAIN INSERT INTO " + live.name().sql() + " (" + column.sql()
                    + ") OVERRIDING SYSTEM VALUE SELECT " + column.sql() + " FROM " + copy.only());
        }
    }

    /// Reads the rows: the copies are what they were, and every row will find what it refers to.
    ///
    /// @throws HoldfastException.PreCheckFailed with all that speaks against it
    /// @throws HoldfastException.Damaged when a copy has changed
    void require(Prepared prepared) throws SQLException {
        List<String> problems = new ArrayList<>(prepared.problems());
        if (problems.isEmpty()) {
            requireUnchanged(prepared);
            for (ForeignKey key : prepared.keys()) {
                if (key.altered()) {
                    problems.add("the foreign key " + key.name() + " of "
                            + key.from().table() + " has triggers that somebody switched off or changed");
                }
                lost(prepared, key).ifPresent(problems::add);
            }
        }
        if (!problems.isEmpty()) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore " + prepared.stash().name() + ": " + String.join("; ", problems)
                            + "; nothing was changed",
                    hint(problems));
        }
    }

    private static String hint(List<String> problems) {
        String all = String.join("; ", problems);
        if (all.contains("refer")) {
            return "delete those rows first, or stash the tables that belong together all at once";
        }
        return all.contains("column ") && all.contains(" is gone")
                ? "undo the migration's change of that table first, or leave the column out with --without-gone-columns"
                : "undo the migration's change of that table first; the copies are ordinary tables, for INSERT … SELECT"
                        + " by hand";
    }

    private void requireUnchanged(Prepared prepared) throws SQLException {
        for (TableRestore table : prepared.tables()) {
            Unit copy = table.copy();
            FingerprintSum sum = session.fingerprint("SELECT " + copy.columnList() + " FROM " + copy.only());
            boolean same = sum.rows() == table.stashed().rows()
                    && sum.fingerprint().equals(table.stashed().fingerprint());
            if (!same && !options.acceptDamage()) {
                throw new HoldfastException.Damaged(
                        "the copy of " + table.live().name() + " in "
                                + prepared.stash().name() + " is not what was copied: "
                                + Count.of(sum.rows(), "row") + ", noted are "
                                + table.stashed().rows() + "; nothing was changed",
                        "somebody has written to it, or changed a type it uses; --accept-damage takes it as it is");
            }
        }
    }

    /// Rows that would refer to nothing.
    private Optional<String> lost(Prepared prepared, ForeignKey key) throws SQLException {
        Optional<String> from =
                prepared.future(key.from(), key.pairs().stream().map(Pair::from).toList());
        Optional<String> to =
                prepared.future(key.to(), key.pairs().stream().map(Pair::to).toList());
        if (!key.plain() || from.isEmpty() || to.isEmpty()) {
            return Optional.empty();
        }
        long then = Long.parseLong(session.ask(key.violations(from.get(), to.get())));
        long accepted = key.validated() || then == 0
                ? 0
                : Long.parseLong(
                        session.ask(key.violations(key.from().only(), key.to().only())));
        return then <= accepted ? Optional.empty() : Optional.of(told(prepared, key, then));
    }

    static String told(Prepared prepared, ForeignKey key, long rows) {
        String refer = Count.of(rows, "row") + " of " + key.from().table();
        String verb = rows == 1 ? " refers" : " refer";
        return prepared.inside(key.from())
                ? refer + " in the stash" + verb + " to rows of " + key.to().table() + " that are not there ("
                        + key.name() + ")"
                : refer + verb + " to rows of " + key.to().table() + " that the stash does not have (" + key.name()
                        + ")";
    }
}
