package holdfast.source.postgres;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.History.Commit;
import holdfast.source.postgres.connection.Connections;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes down the [History] of a snapshot, and compares an earlier one with it. For that it
/// commits two transactions of its own, which change nothing but the server's next transaction id;
/// only where the server keeps the times of commits (`track_commit_timestamp`), and is no standby.
/// Whatever the server refuses here means that nothing is known. Used by one thread.
final class Chronicle {
    private static final int POLLS = 100;
    private static final long POLL_MILLIS = 50;

    /// With `fsync` off, what the server calls flushed is not.
    private static final String SNAPSHOT = """
            SELECT pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot()),
                   pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot()),
                   (SELECT d.oid || '/' || d.xmin::pg_catalog.text
                    FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()),
                   (SELECT system_identifier FROM pg_catalog.pg_control_system())
            WHERE pg_catalog.current_setting('track_commit_timestamp') = 'on'
              AND pg_catalog.current_setting('fsync') = 'on'
              AND NOT pg_catalog.pg_is_in_recovery()""";

    private final Connections connections;
    private final Readers readers;
    private final Instant takenAt;
    private final long xmin;
    private final long xmax;
    private final String database;
    private final String system;

    private @Nullable String logPosition;
    private long first;

    private Chronicle(Connections connections, Readers readers, Instant takenAt, List<String> snapshot) {
        this.connections = connections;
        this.readers = readers;
        this.takenAt = takenAt;
        this.xmin = Long.parseLong(snapshot.get(0));
        this.xmax = Long.parseLong(snapshot.get(1));
        this.database = snapshot.get(2);
        this.system = snapshot.get(3);
    }

    /// Empty when the server cannot prove anything.
    ///
    /// @param connections to the server whose snapshot the readers read
    static Optional<Chronicle> of(Connections connections, Readers readers, Instant takenAt) throws IOException {
        try {
            List<List<String>> rows = ReaderQuery.ask(readers, SNAPSHOT);
            return rows.isEmpty() || rows.getFirst().contains("")
                    ? Optional.empty()
                    : Optional.of(new Chronicle(connections, readers, takenAt, rows.getFirst()));
        } catch (SQLException e) {
            return Optional.empty();
        }
    }

    /// Whether this server's past is that history: all that was visible then has happened here too.
    boolean continues(History earlier) throws IOException {
        if (!earlier.system().equals(system) || !earlier.database().equals(database) || !earlier.precedes(xmin, xmax)) {
            return false;
        }
        try {
            return visible(earlier.first()) && visible(earlier.second());
        } catch (SQLException e) {
            return false;
        }
    }

    private boolean visible(Commit commit) throws IOException, SQLException {
        String seen = ReaderQuery.ask(
                        readers,
                        "SELECT pg_catalog.pg_visible_in_snapshot('" + commit.xid()
                                + "'::pg_catalog.xid8, pg_catalog.pg_current_snapshot())")
                .getFirst()
                .getFirst();
        return seen.equals("t") && time(commit.xid()).equals(commit.at());
    }

    private static String timeOf(long xid) {
        return "SELECT pg_catalog.to_char(pg_catalog.pg_xact_commit_timestamp('" + (xid & 0xFFFF_FFFFL)
                + "'::pg_catalog.xid) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')";
    }

    private String time(long xid) throws IOException, SQLException {
        return ReaderQuery.ask(readers, timeOf(xid)).getFirst().getFirst();
    }

    /// Commits the first transaction. It also has the server write its log to disk soon.
    void begin() {
        try (Connection connection = connections.open()) {
            String position = only(connection, "SELECT pg_catalog.pg_current_wal_insert_lsn()");
            first = commit(connection);
            logPosition = position;
        } catch (SQLException | HoldfastException.PreCheckFailed e) {
            logPosition = null;
        }
    }

    /// Commits the second, once all that came before the first is on disk. The snapshot is still
    /// held when this returns, or nothing that was read counts.
    Optional<History> end() throws IOException {
        String position = logPosition;
        if (position == null) {
            return Optional.empty();
        }
        try (Connection connection = connections.open()) {
            if (!flushed(connection, position)) {
                return Optional.empty();
            }
            Commit two = committed(connection, commit(connection));
            Commit one = committed(connection, first);
            return Optional.of(new History(takenAt, system, database, xmin, one, two));
        } catch (SQLException | HoldfastException.PreCheckFailed e) {
            return Optional.empty();
        }
    }

    /// @throws SQLException when the snapshot's server does not have it just so: then it is another
    ///     one that is spoken to
    private Commit committed(Connection connection, long xid) throws IOException, SQLException {
        String at = time(xid);
        if (at.isEmpty() || !at.equals(only(connection, timeOf(xid)))) {
            throw new SQLException("no such commit: " + xid);
        }
        return new Commit(xid, at);
    }

    private static boolean flushed(Connection connection, String position) throws SQLException {
        String question = "SELECT pg_catalog.pg_current_wal_flush_lsn() >= '" + position + "'::pg_catalog.pg_lsn";
        for (int poll = 0; poll < POLLS; poll++) {
            if (only(connection, question).equals("t")) {
                return true;
            }
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HoldfastException.Interrupted("interrupted", "nothing is listed of this attempt");
            }
        }
        return false;
    }

    /// Each statement is a transaction of its own.
    private static long commit(Connection connection) throws SQLException {
        return Long.parseLong(only(connection, "SELECT pg_catalog.pg_current_xact_id()"));
    }

    private static String only(Connection connection, String query) throws SQLException {
        return ReaderQuery.rows(connection, query).getFirst().getFirst();
    }
}
