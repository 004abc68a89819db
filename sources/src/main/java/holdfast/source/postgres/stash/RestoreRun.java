package holdfast.source.postgres.stash;

import holdfast.model.Count;
import holdfast.model.FingerprintSum;
import holdfast.model.HoldfastException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// One restore of a stash: everything in one transaction, and nothing of it when anything is not
/// as it should be.
///
/// Foreign keys rest by `session_replication_role` where the role may set it, so that no ON
/// DELETE reaches other tables and readers need not wait; else those that lead to the tables are
/// dropped and made again, which checks them. Rows are deleted rather than truncated: an older
/// snapshot, such as that of a running backup, still sees them.
///
/// @param told of each step
record RestoreRun(StashSession session, TableLocks locks, RestoreOptions options, Consumer<String> told) {
    /// @param safety name of the stash that holds what was replaced; empty when none was wanted
    record Outcome(RestorePlan plan, String safety) {}

    /// What would be done; takes no lock that anybody would notice.
    RestorePlan plan(StashChoice choice) throws SQLException {
        locks.begin("REPEATABLE READ, READ ONLY", List.of());
        try {
            RestorePlanner planner = new RestorePlanner(session, options);
            Prepared prepared = planner.prepare(new StashCatalog(session).find(choice));
            planner.require(prepared);
            return plan(prepared, prepared.notes());
        } finally {
            session.rollback();
        }
    }

    private RestorePlan plan(Prepared prepared, List<String> notes) throws SQLException {
        List<RestorePlan.Table> tables = new ArrayList<>();
        for (TableRestore table : prepared.tables()) {
            String now = session.ask("SELECT count(*) FROM " + table.live().only());
            tables.add(new RestorePlan.Table(
                    table.live().name(), Long.parseLong(now), table.stashed().rows()));
        }
        return new RestorePlan(prepared.stash(), tables, notes);
    }

    Outcome run(StashChoice choice, Instant now) throws SQLException {
        boolean replica = session.accepts("SET LOCAL session_replication_role = replica");
        session.rollback();
        RestorePlanner planner = new RestorePlanner(session, options);
        Stash stash = new StashCatalog(session).find(choice);
        Prepared before = planner.prepare(stash);
        locks.begin("READ COMMITTED", before.locks(replica));
        Prepared prepared = planner.prepare(stash);
        if (!prepared.locks(replica).equals(before.locks(replica))) {
            throw new HoldfastException.Failed(
                    "cannot restore " + stash.name() + ": tables were being changed; nothing was changed by this",
                    "try again");
        }
        planner.require(prepared);
        List<ForeignKey> dropped = dropped(prepared, replica);
        requireOwned(prepared, dropped, replica);
        RestorePlan plan = plan(prepared, prepared.notes());
        String safety = options.safety() ? keep(prepared, now) : "";
        List<String> notes = new ArrayList<>(plan.notes());
        refill(prepared, dropped, replica, notes);
        compare(prepared);
        session.commit();
        return new Outcome(new RestorePlan(stash, plan.tables(), notes), safety);
    }

    private String keep(Prepared prepared, Instant now) throws SQLException {
        String label = "before the restore of " + prepared.stash().name();
        StashWriter.About about = new StashWriter.About(now, label, options.operator(), true);
        return new StashWriter(session, text -> told.accept("kept what is there: " + text))
                .write(about, prepared.units());
    }

    /// Foreign keys that would be in the way.
    private static List<ForeignKey> dropped(Prepared prepared, boolean replica) {
        return prepared.keys().stream()
                .filter(key -> replica ? !key.plain() : prepared.inside(key.to()))
                .toList();
    }

    /// Only an owner may drop a foreign key or stop a trigger.
    private void requireOwned(Prepared prepared, List<ForeignKey> dropped, boolean replica) throws SQLException {
        if (replica) {
            return;
        }
        List<String> oids = new ArrayList<>(prepared.trees());
        dropped.forEach(key -> oids.add(key.from().oid()));
        List<List<String>> foreign = session.rows(
                "SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
                        + " ON n.oid = c.relnamespace WHERE c.oid = ANY (?::pg_catalog.oid[])"
                        + " AND NOT pg_catalog.pg_has_role(c.relowner, 'USAGE') ORDER BY 1",
                "{" + String.join(",", oids) + "}");
        if (!foreign.isEmpty()) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore " + prepared.stash().name() + ": this role does not own "
                            + String.join(
                                    ", ", foreign.stream().map(List::getFirst).toList()),
                    "use a superuser, their owner, or GRANT SET ON PARAMETER session_replication_role (PostgreSQL 15"
                            + " and newer)");
        }
    }

    private void refill(Prepared prepared, List<ForeignKey> dropped, boolean replica, List<String> notes)
            throws SQLException {
        session.execute("SET CONSTRAINTS ALL IMMEDIATE"); // or ALTER TABLE would meet checks that wait
        if (replica) {
            session.execute("SET LOCAL session_replication_role = replica");
        }
        for (ForeignKey key : dropped) {
            session.execute(key.drop());
        }
        Silence silence = Silence.of(session, prepared.trees(), replica);
        for (TableRestore table : prepared.tables()) {
            session.update(table.delete());
        }
        for (TableRestore table : prepared.tables()) {
            long rows = session.update(table.insert());
            told.accept("restored " + table.live().name() + ", " + Count.of(rows, "row"));
        }
        new Sequences(session).restore(prepared, notes);
        silence.end();
        if (replica) {
            session.execute("SET LOCAL session_replication_role = origin");
        }
        for (ForeignKey key : dropped) {
            for (String statement : key.add()) {
                session.execute(statement);
            }
        }
        for (ForeignKey key : prepared.keys()) {
            requireKept(prepared, key);
        }
    }

    /// The rows as they are now; what was violated before by a key that is not validated cannot
    /// be told any more, but was compared beforehand.
    private void requireKept(Prepared prepared, ForeignKey key) throws SQLException {
        if (!key.plain() || !key.validated()) {
            return;
        }
        long rows = Long.parseLong(
                session.ask(key.violations(key.from().only(), key.to().only())));
        if (rows > 0) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore " + prepared.stash().name() + ": " + RestorePlanner.told(prepared, key, rows)
                            + "; nothing was changed",
                    "delete those rows first, or stash the tables that belong together all at once");
        }
    }

    private void compare(Prepared prepared) throws SQLException {
        for (TableRestore table : prepared.tables()) {
            FingerprintSum wanted = session.fingerprint(table.selectFromCopy());
            FingerprintSum found = session.fingerprint(table.selectFromLive());
            if (wanted.rows() != found.rows() || !wanted.fingerprint().equals(found.fingerprint())) {
                throw new HoldfastException.Damaged(
                        table.live().name() + " has " + Count.of(found.rows(), "row") + " that are not the "
                                + wanted.rows() + " of the stash; nothing was changed",
                        "look for a rule, or a type whose text is not always the same");
            }
        }
    }
}
