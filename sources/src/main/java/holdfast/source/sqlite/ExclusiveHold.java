package holdfast.source.sqlite;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/// A database all to ourselves, whole in its one file: SQLite's EXCLUSIVE lock is held, no journal is needed,
/// and the write-ahead log, if there was one, is taken in and gone. Used by one thread.
///
/// Log and journal must go before the file is renamed, and without releasing the lock: our connection
/// would else remove them by their names at the end, and by then those may be the log and the journal of the
/// new database. So the database is switched to a rollback journal, which only an exclusive connection can
/// do, and then to none at all.
final class ExclusiveHold implements AutoCloseable {
    private final boolean writeAheadLog;
    private final Connection connection;

    private ExclusiveHold(Connection connection, boolean writeAheadLog) {
        this.connection = connection;
        this.writeAheadLog = writeAheadLog;
    }

    /// @throws HoldfastException.Locked when somebody else keeps it locked longer than `wait`
    /// @throws SQLException when SQLite cannot open it for writing for another reason
    static ExclusiveHold take(Path database, Duration wait) throws SQLException {
        Connection connection = SqliteConnections.inUse(database, wait);
        boolean done = false;
        try {
            SqliteConnections.ask(connection, "PRAGMA locking_mode = EXCLUSIVE");
            SqliteConnections.run(connection, "BEGIN EXCLUSIVE");
            SqliteConnections.run(connection, "COMMIT");
            boolean wal =
                    SqliteConnections.ask(connection, "PRAGMA journal_mode").equals("wal");
            String mode = SqliteConnections.ask(connection, "PRAGMA journal_mode = DELETE");
            if (!mode.equals("delete")) {
                throw new SQLException("it stays in journal mode " + mode);
            }
            // Closes the journal: an exclusive connection keeps it open, and would remove it by its name at
            // the end.
            SqliteConnections.ask(connection, "PRAGMA journal_mode = MEMORY");
            done = true;
            return new ExclusiveHold(connection, wal);
        } catch (SQLException e) {
            if (SqliteConnections.isBusy(e)) {
                throw inUse(database, LockHolders.locking(database));
            }
            throw e;
        } finally {
            if (!done) {
                connection.close();
            }
        }
    }

    static HoldfastException.Locked inUse(Path database, String users) {
        return new HoldfastException.Locked(
                "cannot replace " + database + ": it is in use" + (users.isEmpty() ? "" : " by " + users),
                "stop the programs that use it; or overwrite it in place, if they shall go on");
    }

    /// Whether it was in WAL mode.
    boolean writeAheadLog() {
        return writeAheadLog;
    }

    /// Gives a database that was in WAL mode that mode back, under the name it has now. It is whole in either
    /// mode, so a failure to do so is not worth failing for.
    static void restoreWriteAheadLog(Path kept) {
        try (Connection again = SqliteConnections.inUse(kept, Duration.ZERO)) {
            SqliteConnections.ask(again, "PRAGMA journal_mode = WAL");
        } catch (SQLException _) {
            // Stays in rollback mode.
        }
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IOException("cannot release a database: " + SqliteConnections.reason(e), e);
        }
    }
}
