package holdfast.source.sqlite;

import holdfast.model.HoldfastException;
import holdfast.source.sqlite.StagedDatabase.Method;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Takes one consistent copy of a database that other processes may be writing to.
///
/// A connection of our own begins a read transaction; while it lasts the database file is read raw, at the
/// speed of the page cache. Why the copy is consistent:
///
/// *Rollback journal.* The transaction holds the SHARED lock. A writer must hold EXCLUSIVE to change the
/// file, which it cannot get meanwhile. So the file stands still, and is the database; a hot journal was
/// rolled back by SQLite before it gave us the lock. journal_mode MEMORY and OFF lock the same way.
///
/// *Write-ahead log.* The transaction holds a read mark, which stands for the state after some frame M of the
/// log. Before the file is copied the wal-index says that checkpoints have dealt with frames 1 to N, and
/// after it that K is the last committed frame.
/// - Mark above 0: no checkpoint copies frames beyond M into the file, and nobody begins the log anew, so
///   frames 1 to K stay as they are, and M <= K. A checkpoint copies a page's newest frame if it lies before
///   M, else none; and whatever it knew when it set N, K is not older. So a page whose newest frame is at or
///   before N is in the file, and nobody touches it; all others are laid over with their newest frame, even
///   if a checkpoint changed them under us, halfway perhaps. That is the state after K, and its size is the
///   one that frame K's commit gave.
/// - Mark 0: the whole log had been copied into the file, and no checkpoint runs meanwhile, so the file
///   stands still and is complete. Writers may append frames and begin the log anew, but frames that are not
///   in the file are never dropped, since that takes a checkpoint. So whatever committed frames the wal-index
///   shows follow on the state of the file: those behind N, or all if the log was begun anew since N was
///   read. Were it begun anew between reading the wal-index and its frames, the chain of checksums would
///   break (see [WalOverlay]) and we start over.
///
/// The wal-index must be the living one. A connection that may write it either found others using it or built
/// it anew from the log; a read-only one may have met what a dead process left. So unless it can be opened
/// for writing, and whenever it has a version we do not know, SQLite's online backup does the copying, in one
/// step: in several it would begin again with each commit, and never end beside a writer that never pauses.
///
/// Where SQLite itself can begin no transaction, see [UnlockedCopy].
final class DatabaseCopy {
    private static final int ATTEMPTS = 5;

    private final Path database;
    private final StagingFolder staging;
    private final SqliteOptions options;
    private final Consumer<Moment> moments;

    /// Points at which a test may let the rest of the world act.
    enum Moment {
        READING,
        INDEX_READ,
        FILE_COPIED,
        INDEX_READ_AGAIN
    }

    /// @param database its real path
    DatabaseCopy(Path database, StagingFolder staging, SqliteOptions options) {
        this(database, staging, options, _ -> {});
    }

    DatabaseCopy(Path database, StagingFolder staging, SqliteOptions options, Consumer<Moment> moments) {
        this.database = database;
        this.staging = staging;
        this.options = options;
        this.moments = moments;
    }

    /// @throws HoldfastException when a lock, the disk or the file's permissions stand in the way
    StagedDatabase take() throws IOException {
        if (wouldLeaveFilesBeside()) {
            return new UnlockedCopy(database, staging, options).take("it is in WAL mode, and we may not write to it");
        }
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                try (LiveReader reader = LiveReader.open(database, options.busyTimeout())) {
                    return copy(reader);
                } catch (MovedException _) {
                    // Whatever moved, nothing of this attempt is kept.
                }
            }
            try (LiveReader reader = LiveReader.open(database, options.busyTimeout())) {
                return onlineBackup(reader);
            }
        } catch (MovedException e) {
            throw new HoldfastException.Failed(
                    "cannot copy " + database + ": it keeps changing in unexpected ways (" + e.getMessage() + ")",
                    "see what else replaces or restores this file, and try again when that has ended",
                    e);
        } catch (SQLException e) {
            return withoutTransaction(e);
        }
    }

    /// SQLite makes the log and its index when they are missing. As who may write to the database, we remove
    /// them again; else they stay, owned by us, and the application can perhaps not write to them.
    private boolean wouldLeaveFilesBeside() throws IOException {
        if (Files.isWritable(database)
                || (Files.exists(SqliteFiles.companion(database, "-wal"))
                        && Files.exists(SqliteFiles.companion(database, "-shm")))) {
            return false;
        }
        try (RawFile raw = RawFile.open(database, StandardOpenOption.READ)) {
            return SqliteHeader.parse(SqliteFiles.read(raw.channel(), 0, SqliteHeader.BYTES))
                    .map(SqliteHeader::writeAheadLog)
                    .orElse(false);
        }
    }

    private StagedDatabase withoutTransaction(SQLException why) throws IOException {
        String reason = SqliteConnections.reason(why);
        if (SqliteConnections.isDamage(why)) {
            // So badly that not even the header can be used; kept nevertheless.
            return new UnlockedCopy(database, staging, options).take(reason);
        }
        return switch (SqliteConnections.code(why)) {
            // CANTOPEN and READONLY: the log or journal beside a database in a place we may not write to.
            case 14, 8 -> new UnlockedCopy(database, staging, options).take(reason);
            default ->
                throw new HoldfastException.Failed(
                        "cannot read " + database + ": " + reason,
                        "see whether sqlite3 can open it as the same user",
                        why);
        };
    }

    private StagedDatabase copy(LiveReader reader) throws IOException, SQLException {
        staging.requireRoom(reader.file().size() + reader.logBytes(), database);
        return reader.writeAheadLog() ? copyWithLog(reader) : copyStill(reader);
    }

    private StagedDatabase copyStill(LiveReader reader) throws IOException {
        try (FileChannel to = staging.create(staging.database())) {
            moments.accept(Moment.READING);
            long bytes = reader.file().size();
            if (RawCopy.copy(reader.file(), to) != bytes) {
                throw new MovedException("its size changed under a lock");
            }
            moments.accept(Moment.FILE_COPIED);
        }
        return new StagedDatabase(staging.database(), Method.READ_TRANSACTION, 0, List.of());
    }

    private StagedDatabase copyWithLog(LiveReader reader) throws IOException, SQLException {
        moments.accept(Moment.READING);
        Optional<WalIndex> before = reader.walIndex();
        if (before.isEmpty()) {
            return onlineBackup(reader);
        }
        long laidOver = 0;
        try (FileChannel to = staging.create(staging.database())) {
            moments.accept(Moment.INDEX_READ);
            RawCopy.copy(reader.file(), to);
            moments.accept(Moment.FILE_COPIED);
            WalIndex after = reader.walIndex().orElseThrow(() -> new MovedException("the wal-index is unreadable"));
            moments.accept(Moment.INDEX_READ_AGAIN);
            if (after.frames() > 0) {
                laidOver = overlay(after, before.get().firstToLayOver(after), to);
            }
        }
        return new StagedDatabase(staging.database(), Method.READ_TRANSACTION, laidOver, List.of());
    }

    /// The log is opened only now: while the transaction lasts nobody removes it, and nobody locks it, so it
    /// may be closed at any time.
    private long overlay(WalIndex index, long first, FileChannel to) throws IOException {
        Path log = SqliteFiles.companion(database, "-wal");
        try (FileChannel frames = FileChannel.open(log, StandardOpenOption.READ)) {
            return WalOverlay.apply(frames, index, first, to);
        } catch (NoSuchFileException e) {
            throw new MovedException(e.getMessage() + " was removed");
        }
    }

    private StagedDatabase onlineBackup(LiveReader reader) throws IOException, SQLException {
        Path copy = staging.database();
        staging.requireRoom(reader.file().size() + reader.logBytes(), database);
        staging.create(copy).close();
        int code = reader.onlineBackup(copy);
        if (code != 0) {
            throw new IOException("cannot copy " + database + ": the online backup ended with code " + code);
        }
        for (String ending : SqliteFiles.COMPANIONS) {
            Files.deleteIfExists(SqliteFiles.companion(copy, ending));
        }
        return new StagedDatabase(copy, Method.ONLINE_BACKUP, 0, List.of());
    }
}
