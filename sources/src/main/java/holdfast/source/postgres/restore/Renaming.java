package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/// Databases of one server that take other names, all in one transaction: whatever is killed, and
/// when, either every name has changed or none. Used by one thread.
///
/// A database that is being renamed is locked by the server, so that whoever wants to connect waits
/// until the transaction is over, and is told then that there is no such database any more; the
/// next attempt finds the new one. The server waits some 5 seconds for those who have it open:
/// meanwhile another session ends them. See `RenameDatabase` in `src/backend/commands/dbcommands.c`
/// and `InitPostgres` in `src/backend/utils/init/postinit.c`.
///
/// @param live the name for which all this is done
/// @param also statements for the same transaction, after the renames
record Renaming(TargetServer server, String live, List<Step> steps, List<String> also) {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Set<String> IN_USE = Set.of("55006", "55P03");

    /// @param end whether sessions that have it open are ended
    record Step(String from, String to, boolean end) {}

    Renaming {
        steps = List.copyOf(steps);
        also = List.copyOf(also);
    }

    /// @throws HoldfastException.PreCheckFailed when one is in use; all are named as before
    /// @throws IOException when the server refuses, or is gone; all are named as before unless the
    ///     message says otherwise
    void run() throws IOException {
        Step last = steps.getLast();
        try {
            String moved = server.oid(last.from());
            List<String> ended = new ArrayList<>();
            for (Step step : steps) {
                // by number: as soon as names have changed, those who come are welcome
                ended.addAll(step.end() ? List.of(server.oid(step.from())) : List.of());
            }
            try {
                inTime(ended);
            } catch (SQLException e) {
                if (!Connections.isLost(e) || !happened(moved, last.to(), e)) {
                    throw e;
                }
            }
        } catch (SQLException e) {
            throw new IOException(
                    "cannot rename the database " + last.from() + " to " + last.to() + ": " + FirstLine.of(e), e);
        }
    }

    /// The connection broke, so nobody has heard whether the transaction was committed.
    private boolean happened(String oid, String name, SQLException lost) throws IOException, SQLException {
        try (TargetServer again = server.another()) {
            return !oid.isEmpty() && oid.equals(again.oid(name));
        } catch (HoldfastException e) {
            throw new IOException(
                    "the connection broke while databases were renamed, and the server cannot be asked whether " + live
                            + " is the restored one by now: " + e.getMessage(),
                    lost);
        }
    }

    private void inTime(List<String> ended) throws SQLException, IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                once(ended);
                return;
            } catch (SQLException e) {
                if (!IN_USE.contains(String.valueOf(e.getSQLState()))) {
                    throw e;
                }
                if (System.nanoTime() > end) {
                    throw inUse();
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    /// Others are ended as long as the server waits for them.
    private void once(List<String> ended) throws SQLException {
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            if (!ended.isEmpty()) {
                executor.execute(() -> endOthers(ended, over));
            }
            try {
                server.execute(statements());
            } finally {
                over.set(true);
            }
        } catch (SQLException e) {
            if (!Connections.isLost(e)) {
                server.execute("ROLLBACK");
            }
            throw e;
        }
    }

    private String statements() {
        List<String> statements = new ArrayList<>();
        statements.add("BEGIN");
        // those who only now connect wait as long as this does
        statements.add("SET LOCAL lock_timeout = " + PATIENCE.toMillis());
        statements.add("SET LOCAL synchronous_commit = on");
        for (Step step : steps) {
            statements.add(
                    "ALTER DATABASE " + Identifiers.quote(step.from()) + " RENAME TO " + Identifiers.quote(step.to()));
        }
        statements.addAll(also);
        statements.add("COMMIT");
        return String.join(";", statements);
    }

    /// Who may not be ended is told about when time is over.
    private void endOthers(List<String> databases, AtomicBoolean over) {
        try (TargetServer another = server.another()) {
            while (!over.get()) {
                another.endSessions(databases);
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        } catch (HoldfastException | IOException _) {
            // the renaming itself waits, and says who is in the way
        }
    }

    private HoldfastException.PreCheckFailed inUse() throws IOException {
        for (Step step : steps) {
            List<TargetServer.Session> others = server.sessions(step.from(), Set.of());
            if (!others.isEmpty()) {
                return inUse(step.from(), others);
            }
        }
        return inUse(live, List.of());
    }

    /// @param sessions that have it open; none when they are gone by now
    static HoldfastException.PreCheckFailed inUse(String database, List<TargetServer.Session> sessions) {
        if (sessions.isEmpty()) {
            return new HoldfastException.PreCheckFailed(
                    "cannot replace the database " + database + ": it is in use, by nobody who is there now",
                    "a prepared transaction may hold it: see pg_prepared_xacts; or try again");
        }
        return new HoldfastException.PreCheckFailed(
                "cannot replace the database " + database + ": it is in use by " + sessions.size()
                        + (sessions.size() == 1 ? " session: " : " sessions, the first: ") + sessions.getFirst(),
                "stop those programs, or add --terminate-connections");
    }
}
