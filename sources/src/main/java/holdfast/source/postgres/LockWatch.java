package holdfast.source.postgres;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.Connections;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tells, until closed, for whose lock a program waits that reads tables for us, and when the server
/// was last seen working for it. It only tells: when the server does not answer, nothing is said.
/// Safe for use by many threads.
final class LockWatch implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(3);

    /// Each holder is told at once, and then not before so many periods have passed.
    private static final int QUIET_PERIODS = 10;

    /// Programs that we start have the application's name that our sessions have. Who waits for a
    /// lock is seen by everybody; before version 14 not since when, so that the statement's begin
    /// must do.
    private static final String WAITING = """
            SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), h.pid, h.application_name, h.usename,
                   GREATEST(0, EXTRACT(EPOCH FROM pg_catalog.clock_timestamp() - COALESCE(
                       (pg_catalog.to_jsonb(l) ->> 'waitstart')::pg_catalog.timestamptz, w.query_start)))::pg_catalog.int8
            FROM pg_catalog.pg_locks l
            JOIN pg_catalog.pg_stat_activity w ON w.pid = l.pid
            JOIN pg_catalog.pg_class c ON c.oid = l.relation
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_catalog.pg_stat_activity h ON h.pid = ANY (pg_catalog.pg_blocking_pids(l.pid))
            WHERE NOT l.granted AND l.locktype = 'relation' AND w.datname = pg_catalog.current_database()
              AND w.usename = SESSION_USER
              AND w.application_name = pg_catalog.current_setting('application_name')
            ORDER BY h.pid LIMIT 1""";

    /// Waiting for a lock counts as work. Another run's sessions look the same; then this errs on the
    /// side of patience.
    private static final String WORKING = """
            SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity
                           WHERE state = 'active' AND pid <> pg_catalog.pg_backend_pid()
                             AND datname = pg_catalog.current_database() AND usename = SESSION_USER
                             AND application_name = pg_catalog.current_setting('application_name'))""";

    private final Connections connections;
    private final Consumer<String> told;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread thread;
    private String holder = "";
    private int quiet;
    private volatile String last = "";
    private volatile long working = System.nanoTime();
    private @Nullable Connection connection;

    private LockWatch(Connections connections, Consumer<String> told) {
        this.connections = connections;
        this.told = told;
        this.thread = Thread.ofVirtual().name("lock-watch").unstarted(this::watch);
    }

    /// @param told of each wait, in a few words
    static LockWatch start(Connections connections, Consumer<String> told) {
        LockWatch watch = new LockWatch(connections, told);
        watch.thread.start();
        return watch;
    }

    /// What was told of a wait that, as far as is known, goes on; else empty.
    String last() {
        return last;
    }

    /// When the server was last seen working for the program, by [System#nanoTime]; at first, when
    /// this began.
    long working() {
        return working;
    }

    private void watch() {
        try {
            while (!over.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException _) {
            // whoever waits will say how it ends
        }
    }

    private void look() {
        try {
            Connection open = open();
            if (isWorking(open)) {
                working = System.nanoTime();
            }
            Waiting waiting = waiting(open);
            if (waiting == null) {
                holder = "";
                last = "";
            } else if (!waiting.text().equals(holder) || --quiet <= 0) {
                holder = waiting.text();
                quiet = QUIET_PERIODS;
                last = holder + ", since " + waiting.seconds() + " s";
                told.accept(last);
            }
        } catch (SQLException | HoldfastException.PreCheckFailed _) {
            disconnect(); // whoever waits will say how it ends; perhaps another connection tells more
        }
    }

    private static boolean isWorking(Connection open) throws SQLException {
        try (Statement statement = open.createStatement();
                ResultSet row = statement.executeQuery(WORKING)) {
            return row.next() && row.getBoolean(1);
        }
    }

    private record Waiting(String text, long seconds) {}

    private static @Nullable Waiting waiting(Connection open) throws SQLException {
        try (Statement statement = open.createStatement();
                ResultSet row = statement.executeQuery(WAITING)) {
            if (!row.next()) {
                return null;
            }
            String application = row.getString(3);
            String holder = row.getString(2) == null
                    ? "a prepared transaction"
                    : (application == null || application.isEmpty() ? "a session" : application) + " of "
                            + row.getString(4) + " (pid " + row.getString(2) + ")";
            return new Waiting("waiting for a lock on " + row.getString(1) + ", held by " + holder, row.getLong(5));
        }
    }

    private synchronized Connection open() throws SQLException {
        if (over.getCount() == 0) {
            throw new SQLException("over");
        }
        Connection open = connection;
        if (open == null) {
            open = connections.open();
            connection = open;
        }
        return open;
    }

    private synchronized void disconnect() {
        if (connection != null) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException _) {
                // it is gone either way
            }
            connection = null;
        }
    }

    @Override
    public void close() {
        over.countDown();
        disconnect();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
