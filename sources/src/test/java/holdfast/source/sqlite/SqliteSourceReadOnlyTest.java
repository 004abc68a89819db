package holdfast.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.sqlite.LedgerWriter.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: a database in a folder that we may not write to is copied as it is, with what its log or journal
/// says. Method: a process that permissions apply to, even if the tests are run by root.
@Tag("slow")
final class SqliteSourceReadOnlyTest {
    private static final List<String> OBEDIENT = List.of(
            "setpriv",
            "--bounding-set=-dac_override,-dac_read_search,-fowner",
            "--inh-caps=-dac_override,-dac_read_search,-fowner");

    private final long seed = Long.getLong("seed", new Random().nextLong(1 << 30));

    @TempDir
    private Path folder;

    private Path sealed;
    private Path database;

    @BeforeEach
    void makeFolders() throws IOException {
        sealed = Files.createDirectory(folder.resolve("sealed"));
        database = sealed.resolve("ledger.db");
        Files.createDirectory(folder.resolve("staging"));
    }

    @AfterEach
    void unseal() throws IOException {
        Files.setPosixFilePermissions(sealed, PosixFilePermissions.fromString("rwx------"));
    }

    private void seal() throws IOException {
        try (Stream<Path> files = Files.list(sealed)) {
            for (Path file : files.toList()) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
            }
        }
        Files.setPosixFilePermissions(sealed, PosixFilePermissions.fromString("r-xr-xr-x"));
    }

    /// @return how it was copied
    private String capture(Path target) throws Exception {
        boolean root = System.getProperty("user.name").equals("root");
        try (Child child = Child.java(
                root ? OBEDIENT : List.of(),
                Capturing.class,
                database.toString(),
                folder.resolve("staging").toString(),
                target.toString())) {
            String said = child.await().getFirst();
            assertThat(said).contains("sqlite.copied-by=");
            return said.replaceFirst(".*sqlite.copied-by=([a-z-]*).*", "$1");
        }
    }

    private void captureAndCheck(String method) throws Exception {
        Path target = folder.resolve("copy.db");
        assertThat(capture(target)).isEqualTo(method);
        Ledger.check(target);
        assertThat(Databases.askFile(target, "SELECT count(*) > 0 FROM ledger")).isEqualTo("1");
    }

    private void killedWriter(String journal) throws Exception {
        Ledger.create(database, "PRAGMA journal_mode = " + journal);
        Child.writer(database, seed, Checkpoints.NEVER, "PRAGMA journal_mode = " + journal)
                .kill();
    }

    @Test
    void inRollbackModeALockIsAllItTakes() throws Exception {
        killedWriter("DELETE");
        Databases.make(database, "PRAGMA user_version = 1");
        seal();
        captureAndCheck("read-transaction");
    }

    @Test
    void aCleanlyClosedDatabaseInWalModeIsCopiedWithoutALock() throws Exception {
        killedWriter("WAL");
        Databases.make(database, "PRAGMA wal_checkpoint(TRUNCATE)");
        assertThat(SqliteFiles.companion(database, "-wal")).doesNotExist();
        seal();
        captureAndCheck("unlocked-copy");
    }

    @Test
    void aLogWithoutItsIndexIsTakenInByTheCopy() throws Exception {
        killedWriter("WAL");
        Files.delete(SqliteFiles.companion(database, "-shm"));
        seal();
        captureAndCheck("unlocked-copy");
        assertThat(Databases.askFile(folder.resolve("copy.db"), "SELECT count(*) FROM ledger"))
                .isNotEqualTo(Databases.askFile(database, "SELECT count(*) FROM ledger"));
    }

    /// The index is there and looks well, but whether it is up to date only SQLite can find out.
    @Test
    void anIndexThatADeadWriterLeftIsNotReliedOn() throws Exception {
        killedWriter("WAL");
        seal();
        captureAndCheck("online-backup");
    }

    @Test
    void besideALiveWriterSqliteCopies() throws Exception {
        Ledger.create(database, "PRAGMA journal_mode = WAL");
        try (Child _ = Child.writer(database, seed, Checkpoints.DEFAULT, "PRAGMA journal_mode = WAL")) {
            seal();
            captureAndCheck("online-backup");
        }
    }

    @Test
    void aHotJournalIsRolledBackInTheCopy() throws Exception {
        Path live = folder.resolve("live.db");
        Ledger.create(live, "PRAGMA journal_mode = DELETE");
        Databases.make(live, "INSERT INTO ledger VALUES (1, 1, 1, 5)");
        try (Child writer = Child.sqlite3(live)) {
            writer.send("PRAGMA cache_size = 1; BEGIN EXCLUSIVE; UPDATE accounts SET balance = balance + 1;")
                    .send("INSERT INTO heap (body) SELECT randomblob(5000) FROM accounts; SELECT 'spilled';")
                    .expect("spilled");
            Files.copy(live, database);
            Files.copy(SqliteFiles.companion(live, "-journal"), SqliteFiles.companion(database, "-journal"));
        }
        seal();
        captureAndCheck("unlocked-copy");
    }
}
