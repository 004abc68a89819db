package holdfast.source.sqlite;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Puts a restored database in place of a live one and keeps the old one as
/// `<name>.before_restore_<yyyyMMdd_HHmmss>`. Used by one thread.
///
/// What must never happen is that SQLite finds the new file beside the old one's log or journal, and applies
/// it. So the old database is first made whole without them, under a lock that keeps everybody else out; what
/// a crash leaves is said at each step:
///
/// 1. The restored file is forced to the disk. *Crash: nothing changed.*
/// 2. Exclusive lock, see [ExclusiveHold]: a hot journal is rolled back, the log is taken in and removed.
///    *Crash: the old database, whole in one file; at worst in rollback mode, until somebody sets WAL again.*
/// 3. What remains of wal-index and journal is removed; they hold nothing any more. *Crash: as before.*
/// 4. The old file gets its second name, and the folder is forced. *Crash: the old database, under both
///    names.*
/// 5. The new file is renamed over the live name: one step, no moment without a file. *Crash: either as
///    before, or the new database is live, with nothing beside it, and the old one is kept.*
/// 6. The lock is released; the kept database gets its WAL mode back.
///
/// Programs that wait for the lock meanwhile time out or, opening the path again, find the new database. One
/// that had the file open without holding a lock, idle in rollback mode, would go on writing to the old one;
/// where the system tells us of such, it counts as using the database.
public final class SqliteSwap {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd_HHmmss");
    private static final int NAMES_TRIED = 1000;
    private static final Duration SHORT_WAIT = Duration.ofMillis(500);

    private final Path live;
    private final SqliteOptions options;
    private final WhenInUse whenInUse;
    private final Consumer<String> afterStep;

    /// What to do when the database cannot be had for ourselves.
    public enum WhenInUse {
        /// Change nothing, and say who uses it.
        REFUSE,
        /// Keep a copy of the database as it stands, and write the restored content into the live file
        /// through SQLite, as one transaction: programs that have it open see the new content, or wait, or
        /// are told that it is busy. Slower, and the page size cannot change in WAL mode.
        OVERWRITE_IN_PLACE
    }

    /// @param kept the old database; empty when there was none
    /// @param swapped whether the restored file itself is now the live one; else its content was written into
    ///     the live file
    public record Outcome(Optional<Path> kept, boolean swapped) {}

    /// @param live where the database belongs; need not exist; symbolic links are followed
    /// @param wait how long to wait for others' locks
    public SqliteSwap(Path live, Duration wait, WhenInUse whenInUse) throws IOException {
        this(live, wait, whenInUse, _ -> {});
    }

    SqliteSwap(Path live, Duration wait, WhenInUse whenInUse, Consumer<String> afterStep) throws IOException {
        Path absolute = live.toAbsolutePath();
        Path parent = Path.of(SqliteFiles.parentOf(absolute));
        this.live = Files.exists(absolute)
                ? absolute.toRealPath()
                : parent.toRealPath().resolve(absolute.getFileName());
        this.options = SqliteOptions.DEFAULTS.withBusyTimeout(wait);
        this.whenInUse = whenInUse;
        this.afterStep = afterStep;
    }

    /// The real path of the live database. The restored file must be written into the same folder.
    public Path live() {
        return live;
    }

    /// Other programs that have the database open or locked, as far as the system tells; empty text if none.
    /// Changes nothing.
    public String users() {
        if (!Files.exists(live)) {
            return "";
        }
        String having = LockHolders.having(live);
        return having.isEmpty() ? LockHolders.locking(live) : having;
    }

    /// Puts `restored` in place. It is gone afterwards.
    ///
    /// @param restored a clean database file in the folder of [#live], its owner, mode and times as they
    ///     shall be
    /// @param now for the kept database's name
    /// @throws HoldfastException.Locked when the database is in use and must not be overwritten in place
    public Outcome put(Path restored, LocalDateTime now) throws IOException {
        requireClean(restored);
        force(restored);
        step("forced");
        if (!Files.exists(live, LinkOption.NOFOLLOW_LINKS)) {
            return putWhereNoneIs(restored, now);
        }
        try {
            return swap(restored, now);
        } catch (HoldfastException.Locked e) {
            if (whenInUse == WhenInUse.REFUSE) {
                throw e;
            }
            return overwrite(restored, now);
        } catch (SQLException e) {
            if (SqliteConnections.isDamage(e)) {
                return putOverDamaged(restored, now);
            }
            throw new HoldfastException.PreCheckFailed(
                    "cannot replace " + live + ": " + SqliteConnections.reason(e),
                    "run as a user who may write to the database and its folder",
                    e);
        }
    }

    private Outcome swap(Path restored, LocalDateTime now) throws IOException, SQLException {
        Path kept;
        boolean writeAheadLog;
        try (ExclusiveHold hold = ExclusiveHold.take(live, exclusiveWait())) {
            writeAheadLog = hold.writeAheadLog();
            // In WAL mode every open connection holds a lock; in rollback mode an idle one holds none.
            String users = writeAheadLog ? "" : LockHolders.having(live);
            if (!users.isEmpty()) {
                throw ExclusiveHold.inUse(live, users);
            }
            step("locked");
            removeCompanions();
            step("cleaned");
            kept = rename(restored, now);
        }
        if (writeAheadLog) {
            ExclusiveHold.restoreWriteAheadLog(kept);
        }
        step("done");
        return new Outcome(Optional.of(kept), true);
    }

    /// Connections to a database in WAL mode hold their lock while idle: who would not mind them need not
    /// wait long.
    private Duration exclusiveWait() {
        boolean patient = whenInUse == WhenInUse.REFUSE || options.busyTimeout().compareTo(SHORT_WAIT) < 0;
        return patient ? options.busyTimeout() : SHORT_WAIT;
    }

    private void requireClean(Path restored) throws IOException {
        Path parent = restored.toRealPath().getParent();
        if (parent == null
                || !parent.equals(live.getParent())
                || restored.toRealPath().equals(live)) {
            throw new IllegalArgumentException(restored + " does not lie beside " + live);
        }
        for (String ending : List.of("-wal", "-journal")) {
            if (Files.exists(SqliteFiles.companion(restored, ending))) {
                throw new IllegalArgumentException(restored + " has a " + ending + " file");
            }
        }
    }

    /// A log or journal without its database would be applied to the new one, so it gets the kept name first.
    private Outcome putWhereNoneIs(Path restored, LocalDateTime now) throws IOException {
        Path kept = freeName(now);
        for (String ending : SqliteFiles.COMPANIONS) {
            Path orphan = SqliteFiles.companion(live, ending);
            if (Files.exists(orphan)) {
                Files.move(orphan, SqliteFiles.companion(kept, ending), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        forceFolder();
        step("cleaned");
        Files.createLink(live, restored);
        Files.delete(restored);
        forceFolder();
        step("done");
        return new Outcome(Optional.empty(), true);
    }

    private void removeCompanions() throws IOException {
        for (String ending : SqliteFiles.COMPANIONS) {
            Files.deleteIfExists(SqliteFiles.companion(live, ending));
        }
    }

    private Path rename(Path restored, LocalDateTime now) throws IOException {
        Path kept = keep(live, freeName(now));
        forceFolder();
        step("kept");
        Files.move(restored, live, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        step("renamed");
        forceFolder();
        return kept;
    }

    /// A file that SQLite cannot open, even with what its log or journal says, cannot be made whole
    /// either. If it still has one it keeps it, under a matching name. These are linked before anything is
    /// removed; between the removal and the renaming a crash leaves the live name with the damaged file
    /// alone, which nobody could open before.
    private Outcome putOverDamaged(Path restored, LocalDateTime now) throws IOException {
        String users = users();
        if (!users.isEmpty()) {
            throw ExclusiveHold.inUse(live, users);
        }
        Path kept = freeName(now);
        for (String ending : List.of("-wal", "-journal")) {
            Path companion = SqliteFiles.companion(live, ending);
            if (Files.exists(companion)) {
                keep(companion, SqliteFiles.companion(kept, ending));
            }
        }
        keep(live, kept);
        forceFolder();
        step("kept");
        removeCompanions();
        forceFolder();
        step("cleaned");
        Files.move(restored, live, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        step("renamed");
        forceFolder();
        return new Outcome(Optional.of(kept), true);
    }

    private Outcome overwrite(Path restored, LocalDateTime now) throws IOException {
        Path kept = freeName(now);
        InPlaceOverwrite overwrite = new InPlaceOverwrite(live, kept, options);
        overwrite.keep();
        forceFolder();
        step("kept");
        overwrite.run(restored);
        step("overwritten");
        Files.delete(restored);
        forceFolder();
        return new Outcome(Optional.of(kept), false);
    }

    /// Gives a file a second name; where the file system has no such thing, a copy.
    private static Path keep(Path file, Path kept) throws IOException {
        try {
            Files.createLink(kept, file);
        } catch (UnsupportedOperationException | FileSystemException e) {
            if (e instanceof FileAlreadyExistsException exists) {
                throw exists;
            }
            copy(file, kept);
        }
        return kept;
    }

    private static void copy(Path file, Path kept) throws IOException {
        Files.createFile(kept, PosixFilePermissions.asFileAttribute(Files.getPosixFilePermissions(file)));
        try (RawFile raw = RawFile.open(file, StandardOpenOption.READ);
                FileChannel to = FileChannel.open(kept, StandardOpenOption.WRITE)) {
            RawCopy.copy(raw.channel(), to);
            to.force(true);
        }
    }

    private Path freeName(LocalDateTime now) throws IOException {
        String name = live.getFileName() + ".before_restore_" + STAMP.format(now);
        for (int i = 1; i < NAMES_TRIED; i++) {
            Path free = live.resolveSibling(i == 1 ? name : name + "_" + i);
            if (!Files.exists(free, LinkOption.NOFOLLOW_LINKS)) {
                return free;
            }
        }
        throw new FileAlreadyExistsException(name);
    }

    private static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private void forceFolder() throws IOException {
        force(Path.of(SqliteFiles.parentOf(live)));
    }

    private void step(String name) {
        afterStep.accept(name);
    }
}
