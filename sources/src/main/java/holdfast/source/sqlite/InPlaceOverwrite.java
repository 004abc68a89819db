package holdfast.source.sqlite;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;

/// Writes the content of a restored database over that of one in use: as an online backup of the one into the
/// other, which is one transaction. Whatever crashes, SQLite's journal or log leads back to before or after.
/// Used by one thread.
///
/// What is there is copied twice: before, so that nothing is overwritten that cannot be kept; and once the lock
/// is held that keeps other writers out, since they may have gone on while we waited for it.
final class InPlaceOverwrite {
    /// As short as it can be: a writer that never pauses leaves only short gaps.
    private static final int RETRY_MILLIS = 1;

    private final Path live;
    private final Path kept;
    private final SqliteOptions options;
    private @Nullable Exception notKept;
    private boolean locked;

    /// @param live its real path
    /// @param kept where what is overwritten shall be; not there yet
    InPlaceOverwrite(Path live, Path kept, SqliteOptions options) {
        this.live = live;
        this.kept = kept;
        this.options = options;
    }

    /// The first copy.
    void keep() throws IOException {
        try (StagingFolder staging = StagingFolder.in(folder())) {
            keep(new DatabaseCopy(live, staging, options).take().file());
        }
    }

    /// (The driver's own `restore` reports success even when the database was busy all the time, since it asks
    /// the wrong one of the two for the result.)
    ///
    /// @throws HoldfastException.Locked when the lock could not be had; nothing is kept then
    void run(Path restored) throws IOException {
        int retries = Math.clamp(options.busyTimeout().toMillis() / RETRY_MILLIS, 1, Integer.MAX_VALUE);
        int code;
        try (Connection connection = SqliteConnections.unchanging(restored)) {
            // page by page, to be called back when the first of them has got the lock
            code = ((SQLiteConnection) connection)
                    .getDatabase()
                    .backup("main", live.toString(), (left, _) -> lockHeld(left), RETRY_MILLIS, retries, 1);
        } catch (SQLException e) {
            throw new IOException("cannot read " + restored + ": " + SqliteConnections.reason(e), e);
        }
        if (code == SQLiteErrorCode.SQLITE_BUSY.code) {
            Files.delete(kept);
            throw ExclusiveHold.inUse(live, LockHolders.locking(live));
        }
        if (code != 0) {
            throw new HoldfastException.Failed(
                    "cannot overwrite " + live + " in place: " + SQLiteErrorCode.getErrorCode(code).message,
                    "stop the programs that use it, so that the file can be replaced");
        }
        if (notKept != null) {
            throw new HoldfastException.Failed(
                    live + " was overwritten, but what was written to it last could not be kept: "
                            + notKept.getMessage(),
                    kept + " holds what it was some moments before",
                    notKept);
        }
    }

    /// Nothing may be thrown through SQLite, and nothing stops it any more. With no page left the transaction
    /// has ended already: the restored database is empty, and the first copy must do.
    private void lockHeld(int pagesLeft) {
        if (locked || pagesLeft == 0) {
            return;
        }
        locked = true;
        try (StagingFolder staging = StagingFolder.in(folder())) {
            keep(copy(staging));
        } catch (IOException | RuntimeException e) {
            notKept = e;
        }
    }

    /// With a log others may read, and see what was committed. With a rollback journal we are alone, and nothing has
    /// been written to the file yet.
    private Path copy(StagingFolder staging) throws IOException {
        try (RawFile raw = RawFile.open(live, StandardOpenOption.READ)) {
            boolean log = SqliteHeader.parse(SqliteFiles.read(raw.channel(), 0, SqliteHeader.BYTES))
                    .map(SqliteHeader::writeAheadLog)
                    .orElse(false);
            if (log) {
                return new DatabaseCopy(live, staging, options).take().file();
            }
            try (FileChannel to = staging.create(staging.database())) {
                RawCopy.copy(raw.channel(), to);
            }
            return staging.database();
        }
    }

    private void keep(Path copy) throws IOException {
        try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.READ)) {
            channel.force(true);
        }
        Files.setPosixFilePermissions(copy, Files.getPosixFilePermissions(live));
        Files.move(copy, kept, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path folder() {
        return Path.of(SqliteFiles.parentOf(live));
    }
}
