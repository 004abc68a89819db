package holdfast.source.postgres;

import holdfast.source.postgres.connection.Connections;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
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

    private final ExportedSnapshot snapshot;
    private final String encoding;
    private final Semaphore free;
    private final Duration silence;
    private final Deque<Connection> idle = new ArrayDeque<>();
    private boolean closed;

    /// Rows in the encoding of the database.
    Readers(ExportedSnapshot snapshot, int most) {
        this(snapshot, most, "");
    }

    /// As the other one; while rows come the server may be silent as long as elsewhere.
    Readers(ExportedSnapshot snapshot, int most, String encoding) {
        this(snapshot, most, encoding, snapshot.connections().silence());
    }

    /// @param snapshot stays open
    /// @param most how many connections may be open at a time
    /// @param encoding in which rows are wanted; empty for that of the database
    /// @param silence how long the server may say nothing while rows come
    Readers(ExportedSnapshot snapshot, int most, String encoding, Duration silence) {
        this.encoding = encoding;
        this.snapshot = snapshot;
        this.free = new Semaphore(most, true);
        this.silence = silence;
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
        Connection connection = snapshot.connections().open();
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

    /// One connection, lent to one thread.
    final class Reader {
        private final Connection connection;
        private @Nullable Connection borrowed;

        private Reader(Connection connection) {
            this.connection = connection;
        }

        Connection connection() {
            return connection;
        }

        /// Its connection for a statement that may work long without a word.
        Connection patient() throws SQLException {
            Connections.allowSilence(connection, silence);
            return connection;
        }

        /// Begins a `COPY … TO STDOUT`; over the snapshot's own connection when another one must wait.
        CopyStream copy(String statement) throws SQLException {
            try {
                return start(connection, statement);
            } catch (SQLException e) {
                if (!LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                    throw e;
                }
                Connection locking = snapshot.lend();
                borrowed = locking;
                return start(locking, statement);
            }
        }

        /// The filter of a table may let nothing through for long, where a question is answered soon.
        private CopyStream start(Connection on, String statement) throws SQLException {
            CopyStream copy = CopyStream.start(on, statement, encoding);
            Connections.allowSilence(on, silence);
            return copy;
        }

        private void expectAnswers(Connection on) throws SQLException {
            Connections.allowSilence(on, snapshot.connections().silence());
        }

        /// Its locks are given back too: those of the snapshot are enough, and the server has not many.
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
                expectAnswers(connection);
                if (borrowed != null) {
                    expectAnswers(borrowed);
                }
                statement.execute("ROLLBACK TO SAVEPOINT reading");
                return true;
            } catch (SQLException _) {
                return false;
            }
        }

        /// For a connection that is broken, or in the middle of something.
        void discard() {
            close(connection);
            if (borrowed != null) {
                snapshot.abandon();
            }
            release();
        }

        private void release() {
            if (borrowed != null) {
                borrowed = null;
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
