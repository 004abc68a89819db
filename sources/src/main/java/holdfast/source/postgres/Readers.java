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
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/// Connections that all see the database as one exported snapshot has it; at most so many at a time, opened when they
/// are needed. Safe for use by many threads.
final class Readers implements AutoCloseable {
    private final Connections connections;
    private final String snapshot;
    private final Semaphore free;
    private final Deque<Connection> idle = new ArrayDeque<>();
    private boolean closed;

    /// @param snapshot name of the exported snapshot; whoever exported it stays connected
    /// @param most how many connections may be open at a time
    Readers(Connections connections, String snapshot, int most) {
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
        Connection connection = connections.openInServerEncoding();
        boolean done = false;
        try {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
                statement.execute("SET TRANSACTION SNAPSHOT '" + snapshot + "'");
            }
            done = true;
            return connection;
        } finally {
            if (!done) {
                close(connection);
            }
        }
    }

    /// Whether the connection is gone, and another one may do better: class 08, and a server that shuts down.
    static boolean connectionLost(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return state.startsWith("08") || state.startsWith("57P");
    }

    /// One connection, lent to one thread.
    final class Reader {
        private final Connection connection;

        private Reader(Connection connection) {
            this.connection = connection;
        }

        Connection connection() {
            return connection;
        }

        CopyOut copy(String statement) throws SQLException {
            return connection.unwrap(PGConnection.class).getCopyAPI().copyOut(statement);
        }

        void giveBack() {
            synchronized (Readers.this) {
                if (closed) {
                    close(connection);
                } else {
                    idle.push(connection);
                }
            }
            free.release();
        }

        /// For a connection that is broken, or in the middle of something.
        void discard() {
            close(connection);
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
