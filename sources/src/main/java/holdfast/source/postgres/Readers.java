package holdfast.source.postgres;

import holdfast.source.postgres.connection.Connections;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Connections that all see the database as one exported snapshot has it; at most so many at a
/// time, opened when they are needed. Safe for use by many threads.
final class Readers implements AutoCloseable {
    /// Who waits longer for a table stands behind somebody who waits to change it: nobody can have
    /// changed what the snapshot has locked.
    private static final int LOCK_TIMEOUT_MILLIS = 500;

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final Connections connections;
    private final ExportedSnapshot snapshot;
    private final String encoding;
    private final Semaphore free;
    private final Deque<Connection> idle = new ArrayDeque<>();
    private boolean closed;

    /// @param snapshot stays open
    /// @param most how many connections may be open at a time
    Readers(Connections connections, ExportedSnapshot snapshot, int most) {
        this(connections, snapshot, most, "");
    }

    /// @param encoding in which rows are wanted; empty for that of the database
    Readers(Connections connections, ExportedSnapshot snapshot, int most, String encoding) {
        this.encoding = encoding;
        this.connections = connections;
        this.snapshot = snapshot;
        this.free = new Semaphore(most, true);
    }

    /// Waits until a connection may be used. The caller gives it back or discards it.
    Reader take() throws IOException, SQLException {
        free.acquireUninterruptibly();
        boolean done = false;
        try {
            Connection connection = idle();
            Reader reader = new Reader(connection == null ? open() : connection);
            done = true;
            return reader;
        } finally {
            if (!done) {
                free.release();
            }
        }
    }

    private synchronized @Nullable Connection idle() {
        return idle.poll();
    }

    private Connection open() throws IOException, SQLException {
        Connection connection = connections.open();
        boolean done = false;
        try {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
                statement.execute("SET TRANSACTION SNAPSHOT '" + snapshot.name() + "'");
                statement.execute("SET LOCAL lock_timeout = " + LOCK_TIMEOUT_MILLIS);
                statement.execute("SAVEPOINT reading");
            }
            done = true;
            return connection;
        } finally {
            if (!done) {
                close(connection);
            }
        }
    }

    /// Whether there is anything left to read for a new connection.
    boolean snapshotHeld() {
        return snapshot.held();
    }

    /// Whether the connection is gone, and another one may do better: class 08, and a server that
    /// shuts down.
    static boolean connectionLost(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return state.startsWith("08") || state.startsWith("57P");
    }

    /// One connection, lent to one thread.
    final class Reader {
        private final Connection connection;
        private boolean borrowed;

        private Reader(Connection connection) {
            this.connection = connection;
        }

        Connection connection() {
            return connection;
        }

        /// Begins a `COPY … TO STDOUT`; over the snapshot's own connection when another one must
        /// wait.
        CopyStream copy(String statement) throws SQLException {
            try {
                return CopyStream.start(connection, statement, encoding);
            } catch (SQLException e) {
                if (!LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                    throw e;
                }
                Connection locking = snapshot.lend();
                borrowed = true;
                return CopyStream.start(locking, statement, encoding);
            }
        }

        /// Its locks are given back too: those of the snapshot are enough, and the server has not
        /// many.
        void giveBack() {
            boolean clean = unlocked();
            synchronized (Readers.this) {
                if (closed || !clean) {
                    close(connection);
                } else {
                    idle.push(connection);
                }
            }
            release();
        }

        private boolean unlocked() {
            try (Statement statement = connection.createStatement()) {
                statement.execute("ROLLBACK TO SAVEPOINT reading");
                return true;
            } catch (SQLException _) {
                return false;
            }
        }

        /// For a connection that is broken, or in the middle of something.
        void discard() {
            close(connection);
            if (borrowed) {
                snapshot.abandon();
            }
            release();
        }

        private void release() {
            if (borrowed) {
                borrowed = false;
                snapshot.takeBack();
            }
            free.release();
        }
    }

    private static void close(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException _) {
            // it is gone either way
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(Readers::close);
        idle.clear();
    }
}
