package holdfast.source.sqlite;

import holdfast.io.posix.FileStatus;
import holdfast.model.HoldfastException;
import holdfast.source.sqlite.StagedDatabase.Method;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Copies a database in which SQLite cannot begin to read: one with a hot journal or a write-ahead log in a
/// place we may not write to, or one damaged beyond opening. The file is copied with its log and journal, and
/// SQLite recovers the copy, where it may write.
///
/// No lock protects this. Instead nothing may have changed: database, log, journal and wal-index are looked
/// at before and after, and must be the same files of the same size, changed last at the same instants. File
/// systems tell instants in ticks, and a change in the same tick as the one before goes unseen; so between
/// the first look and the copy lies a pause longer than a tick. Any later change then shows.
final class UnlockedCopy {
    private static final int ATTEMPTS = 10;

    /// Kernels tell the time of a change in steps of up to 10 ms.
    private static final Duration TICK = Duration.ofMillis(50);

    /// Some file systems store whole seconds, or even pairs of them.
    private static final Duration COARSE_TICK = Duration.ofMillis(2100);

    private final Path database;
    private final StagingFolder staging;
    private final SqliteOptions options;

    UnlockedCopy(Path database, StagingFolder staging, SqliteOptions options) {
        this.database = database;
        this.staging = staging;
        this.options = options;
    }

    /// @param why no transaction could be had, for a message
    StagedDatabase take(String why) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Map<String, FileStatus> before = look();
            pause(before);
            if (unchanged(before, look())) {
                copyAll(before);
                if (unchanged(before, look())) {
                    return recover();
                }
            }
        }
        throw new HoldfastException.Locked(
                "cannot copy " + database + ": it cannot be read under a lock (" + why
                        + ") and another program keeps writing to it",
                "run as a user who may write to the database and its folder, so that SQLite's locks can be used");
    }

    private Map<String, FileStatus> look() throws IOException {
        Map<String, FileStatus> seen = new TreeMap<>();
        List<String> endings = new ArrayList<>(SqliteFiles.COMPANIONS);
        endings.add("");
        for (String ending : endings) {
            try {
                seen.put(ending, SqliteFiles.status(SqliteFiles.companion(database, ending)));
            } catch (NoSuchFileException _) {
                // Its absence is what was seen.
            }
        }
        return seen;
    }

    private static boolean unchanged(Map<String, FileStatus> before, Map<String, FileStatus> now) {
        return before.keySet().equals(now.keySet())
                && before.entrySet().stream()
                        .allMatch(
                                each -> each.getValue().sameContent(now.getOrDefault(each.getKey(), each.getValue())));
    }

    private static void pause(Map<String, FileStatus> seen) throws IOException {
        boolean coarse = seen.values().stream()
                .map(FileStatus::ctime)
                .anyMatch(at -> at.equals(at.truncatedTo(ChronoUnit.SECONDS)));
        Pause.of(coarse ? COARSE_TICK : TICK);
    }

    private void copyAll(Map<String, FileStatus> seen) throws IOException {
        long bytes = seen.values().stream().mapToLong(FileStatus::size).sum();
        staging.requireRoom(2 * bytes, database);
        for (String ending : List.of("", "-wal", "-journal")) {
            Path copy = SqliteFiles.companion(staging.database(), ending);
            Files.deleteIfExists(copy);
            FileStatus status = seen.get(ending);
            if (status != null && (status.size() > 0 || ending.isEmpty())) {
                copyOne(SqliteFiles.companion(database, ending), copy);
            }
        }
    }

    private void copyOne(Path from, Path to) throws IOException {
        try (RawFile raw = RawFile.open(from, StandardOpenOption.READ);
                FileChannel copy = staging.create(to)) {
            RawCopy.copy(raw.channel(), copy);
        }
    }

    /// Lets SQLite roll the journal back or take the log in. A copy that even then cannot be opened is kept
    /// as it is.
    private StagedDatabase recover() throws IOException {
        Path copy = staging.database();
        List<String> damage = new ArrayList<>();
        try (Connection connection = SqliteConnections.inUse(copy, options.busyTimeout())) {
            SqliteConnections.ask(connection, "PRAGMA user_version");
            // Also empties the log; without one it does nothing.
            SqliteConnections.ask(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        } catch (SQLException e) {
            if (!SqliteConnections.isDamage(e)) {
                throw new IOException("cannot recover a copy of " + database + ": " + SqliteConnections.reason(e), e);
            }
            damage.add("SQLite cannot open it: " + SqliteConnections.reason(e));
            for (String ending : List.of("-wal", "-journal")) {
                if (Files.exists(SqliteFiles.companion(copy, ending))) {
                    damage.add("what its " + ending + " file holds could not be taken in");
                }
            }
        }
        for (String ending : SqliteFiles.COMPANIONS) {
            Files.deleteIfExists(SqliteFiles.companion(copy, ending));
        }
        return new StagedDatabase(copy, Method.UNLOCKED_COPY, 0, damage);
    }
}
