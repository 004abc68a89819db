package holdfast.source.postgres.stash;

import holdfast.model.HoldfastException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Begins a transaction with the locks it needs: in a fixed order, within a limited time, and
/// saying who is in the way. `LOCK TABLE` comes before the first query, so that the snapshot of a
/// REPEATABLE READ transaction is taken when nothing can change the tables any more.
///
/// @param most how long to wait in all
/// @param told of whom is waited for
record TableLocks(StashSession session, Duration most, Consumer<String> told) {
    /// @param only the table for `LOCK TABLE`
    /// @param tree oids of all tables that the statement locks
    record Wanted(String only, List<String> tree, LockMode mode) {
        static Wanted of(Unit unit, LockMode mode) {
            return new Wanted(unit.only(), unit.tree(), mode);
        }
    }

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final String HOLDERS = """
            SELECT DISTINCT n.nspname || '.' || c.relname, a.pid, a.usename, a.application_name, a.state
            FROM pg_catalog.pg_locks l
            JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
            JOIN pg_catalog.pg_class c ON c.oid = l.relation JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE l.granted AND l.locktype = 'relation' AND l.pid <> pg_catalog.pg_backend_pid()
              AND l.relation = ANY (?::pg_catalog.oid[]) AND l.mode = ANY (?::pg_catalog.text[])
            ORDER BY 1, 2 LIMIT 5""";

    /// @param isolation `REPEATABLE READ` or `READ COMMITTED`
    /// @throws HoldfastException.Locked when it takes too long; the message names who holds what
    void begin(String isolation, List<Wanted> wanted) throws SQLException {
        Duration first = PATIENCE.compareTo(most) < 0 ? PATIENCE : most;
        if (taken(isolation, wanted, first)) {
            return;
        }
        Duration rest = most.minus(first);
        String holders = holders(wanted);
        if (rest.isPositive()) {
            told.accept("waiting up to " + most.toSeconds() + " s for " + holders);
            if (taken(isolation, wanted, rest)) {
                return;
            }
            holders = holders(wanted);
        }
        throw new HoldfastException.Locked(
                "waited " + most.toMillis() / 1000.0 + " s in vain for " + holders + "; nothing was changed",
                "end those sessions, or give more time with --lock-timeout");
    }

    private boolean taken(String isolation, List<Wanted> wanted, Duration patience) throws SQLException {
        session.rollback();
        session.execute("SET TRANSACTION ISOLATION LEVEL " + isolation);
        session.execute("SET LOCAL lock_timeout = " + Math.max(1, patience.toMillis()));
        Map<LockMode, List<String>> byMode = new LinkedHashMap<>();
        for (Wanted one : wanted) {
            byMode.computeIfAbsent(one.mode(), _ -> new ArrayList<>()).add(one.only());
        }
        try {
            for (Map.Entry<LockMode, List<String>> mode : byMode.entrySet()) {
                String tables = mode.getValue().stream().sorted().distinct().collect(Collectors.joining(", "));
                session.execute("LOCK TABLE " + tables + " IN " + mode.getKey().sql() + " MODE");
            }
            session.execute("SET LOCAL lock_timeout = " + Math.max(1, most.toMillis()));
            return true;
        } catch (SQLException e) {
            if (!Refusals.lockTimeout(e)) {
                throw e;
            }
            session.rollback();
            return false;
        }
    }

    private String holders(List<Wanted> wanted) throws SQLException {
        List<String> found = new ArrayList<>();
        for (LockMode mode : LockMode.values()) {
            String oids = wanted.stream()
                    .filter(one -> one.mode() == mode)
                    .flatMap(one -> one.tree().stream())
                    .collect(Collectors.joining(",", "{", "}"));
            String modes = String.join(",", mode.hindering());
            session.rows(HOLDERS, oids, "{" + modes + "}").stream()
                    .map(TableLocks::holder)
                    .forEach(found::add);
        }
        session.rollback();
        return found.isEmpty() ? "a lock that is gone now" : String.join(", ", found);
    }

    private static String holder(List<String> row) {
        String who = Stream.of(row.get(2), row.get(3), row.get(4))
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(", "));
        return row.get(0) + " (held by process " + row.get(1) + ": " + who + ")";
    }
}
