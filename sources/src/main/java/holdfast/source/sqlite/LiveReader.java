package holdfast.source.sqlite;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.DB;

/// A read transaction on a database in use, and the database file opened raw beside it. Used by one thread.
final class LiveReader implements AutoCloseable {
    private static final Duration RETRY = Duration.ofMillis(1);
    private static final Duration BUSY_TIMEOUT = Duration.ofMillis(2);
    private static final int BACKUP_SLEEP_MILLIS = 100;
    private static final int BACKUP_RETRIES = 100;

    private final Path database;
    private final RawFile raw;
    private final Connection connection;
    private final boolean writeAheadLog;
    private @Nullable RawFile sharedMemory;

    private LiveReader(Path database, RawFile raw, Connection connection, boolean writeAheadLog) {
        this.database = database;
        this.raw = raw;
        this.connection = connection;
        this.writeAheadLog = writeAheadLog;
    }

    /// Begins to read, waiting for others' locks as long as `wait`.
    ///
    /// @param database its real path: SQLite looks for the log and the journal beside the file itself
    /// @throws MovedException when another file took the path meanwhile
    /// @throws HoldfastException.Locked when the lock could not be had in time
    /// @throws SQLException when SQLite cannot read the database for another reason
    static LiveReader open(Path database, Duration wait) throws IOException, SQLException {
        RawFile raw = RawFile.open(database, StandardOpenOption.READ);
        @Nullable Connection connection = null;
        boolean done = false;
        try {
            connection = SqliteConnections.inUse(database, BUSY_TIMEOUT);
            begin(connection, database, wait);
            // SQLite opened the path a second time; only if it still leads to the same file are our bytes
            // under SQLite's lock.
            if (!RawFile.identity(database).equals(raw.identity())) {
                throw new MovedException(database + " was replaced by another file");
            }
            boolean wal = usesLog(connection, raw, database);
            done = true;
            return new LiveReader(database, raw, connection, wal);
        } catch (NoSuchFileException e) {
            throw new MovedException(e.getMessage() + " was removed");
        } finally {
            if (!done) {
                close(connection, raw, null);
            }
        }
    }

    /// Asking for the user version reads page 1 and nothing else: it takes the read lock, rolls a hot journal
    /// back, and works even if the schema is damaged. A writer that never pauses leaves only short gaps, so
    /// we ask again at once: SQLite's own waiting grows to a tenth of a second and misses most of them.
    private static void begin(Connection connection, Path database, Duration wait) throws IOException, SQLException {
        long start = System.nanoTime();
        SqliteConnections.run(connection, "BEGIN");
        while (true) {
            try {
                SqliteConnections.ask(connection, "PRAGMA user_version");
                return;
            } catch (SQLException e) {
                if (!SqliteConnections.isBusy(e)) {
                    throw e;
                }
                if (System.nanoTime() - start >= wait.toNanos()) {
                    throw locked(database, wait);
                }
                Pause.of(RETRY);
            }
        }
    }

    /// With a damaged schema SQLite does not answer. Then it may have opened a log when the header says so,
    /// or when there is one.
    private static boolean usesLog(Connection connection, RawFile raw, Path database) throws IOException, SQLException {
        try {
            return SqliteConnections.ask(connection, "PRAGMA journal_mode").equals("wal");
        } catch (SQLException e) {
            if (!SqliteConnections.isDamage(e)) {
                throw e;
            }
            return Files.exists(SqliteFiles.companion(database, "-wal"))
                    || SqliteHeader.parse(SqliteFiles.read(raw.channel(), 0, SqliteHeader.BYTES))
                            .map(SqliteHeader::writeAheadLog)
                            .orElse(true);
        }
    }

    private static HoldfastException.Locked locked(Path database, Duration wait) {
        String holders = LockHolders.locking(database);
        return new HoldfastException.Locked(
                "cannot read " + database + ": it stayed locked for " + wait.toMillis() / 1000.0 + " s",
                holders.isEmpty()
                        ? "find the program that keeps it locked (a long transaction, or locking_mode=EXCLUSIVE), or"
                                + " wait longer"
                        : "it is locked by " + holders + "; end its transaction, or wait longer");
    }

    /// Whether the database is in WAL mode; else a rollback journal is used and nothing but the file counts.
    boolean writeAheadLog() {
        return writeAheadLog;
    }

    FileChannel file() {
        return raw.channel();
    }

    /// Size of the write-ahead log at present; 0 if there is none.
    long logBytes() throws IOException {
        Path log = SqliteFiles.companion(database, "-wal");
        try {
            return writeAheadLog ? Files.size(log) : 0;
        } catch (NoSuchFileException _) {
            return 0;
        }
    }

    /// What is committed in the write-ahead log by now.
    ///
    /// @return empty when the wal-index cannot be relied on: not writable by us, so perhaps a dead one; or
    ///     unknown
    Optional<WalIndex> walIndex() throws IOException {
        if (sharedMemory == null) {
            Path file = SqliteFiles.companion(database, "-shm");
            try {
                sharedMemory = RawFile.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            } catch (FileSystemException _) {
                return Optional.empty();
            }
        }
        return WalIndex.read(sharedMemory.channel());
    }

    /// Copies the state of the transaction through SQLite into an empty file, all in one step.
    ///
    /// @return SQLite's result code, 0 when it was done
    int onlineBackup(Path copy) throws SQLException {
        DB driver = ((SQLiteConnection) connection).getDatabase();
        return driver.backup("main", copy.toString(), null, BACKUP_SLEEP_MILLIS, BACKUP_RETRIES, -1);
    }

    @Override
    public void close() throws IOException {
        close(connection, raw, sharedMemory);
    }

    /// The connection first: see [RawFile].
    private static void close(
            @Nullable Connection connection, @Nullable RawFile database, @Nullable RawFile sharedMemory)
            throws IOException {
        try (database;
                sharedMemory) {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            throw new IOException("cannot end reading: " + SqliteConnections.reason(e), e);
        }
    }
}
