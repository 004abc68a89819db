package holdfast.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import holdfast.model.HoldfastException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What cannot be backed up is refused with a message that names it and a hint that helps, and leaves nothing
/// behind.
final class SqliteSourceRefusalTest {
    @TempDir
    private Path folder;

    private Path staging;

    @BeforeEach
    void makeStaging() throws Exception {
        staging = Files.createDirectory(folder.resolve("staging"));
    }

    private <T extends HoldfastException> T refusal(Class<T> kind, Path database) {
        T refusal = catchThrowableOfType(
                kind,
                () -> new SqliteSource(database, staging, Databases.HASTY)
                        .capture()
                        .close());
        assertThat(refusal).isNotNull().hasMessageContaining(String.valueOf(database.getFileName()));
        assertThat(refusal.hint()).isNotEmpty();
        assertThat(staging).isEmptyDirectory();
        return refusal;
    }

    @Test
    void aMissingFile() {
        assertThat(refusal(HoldfastException.PreCheckFailed.class, folder.resolve("no.db")))
                .hasMessageContaining("no such file");
    }

    @Test
    void aFolder() {
        assertThat(refusal(HoldfastException.PreCheckFailed.class, staging)).hasMessageContaining("folder");
    }

    @Test
    void aFileOfAnotherKindOrAnEncryptedDatabase() throws Exception {
        Path file = Files.writeString(folder.resolve("notes.db"), "These are my notes, and no database.");
        assertThat(refusal(HoldfastException.PreCheckFailed.class, file)).hasMessageContaining("encrypted");
        assertThat(SqliteFiles.looksLikeSqlite(file)).isFalse();
    }

    @Test
    void aSpecialFile() throws Exception {
        Path fifo = folder.resolve("fifo.db");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        assertThat(refusal(HoldfastException.PreCheckFailed.class, fifo)).hasMessageContaining("regular");
    }

    @Test
    void aDatabaseThatStaysLocked() throws Exception {
        for (String journal : new String[] {"DELETE", "WAL"}) {
            Path database = folder.resolve(journal + ".db");
            Databases.make(database, "PRAGMA journal_mode = " + journal, "CREATE TABLE t (a)");
            try (Child owner = Child.sqlite3(database)) {
                owner.send("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; INSERT INTO t VALUES (1);")
                        .send("SELECT 'locked';")
                        .expect("locked");
                HoldfastException.Locked refusal = refusal(HoldfastException.Locked.class, database);
                assertThat(refusal).hasMessageContaining("0.3 s");
                assertThat(refusal.hint()).contains("sqlite3 (process " + owner.pid() + ")");
            }
        }
    }

    @Test
    void aStagingFolderThatIsNotThere() throws Exception {
        Path database = folder.resolve("app.db");
        Databases.make(database, "CREATE TABLE t (a)");
        Path missing = folder.resolve("missing");
        HoldfastException refusal = catchThrowableOfType(
                HoldfastException.PreCheckFailed.class,
                () -> new SqliteSource(database, missing, Databases.HASTY).capture());
        assertThat(refusal).hasMessageContaining(missing.toString());
        assertThat(refusal.hint()).contains("TMPDIR");
    }

    @Test
    void aStagingFolderWithoutRoom() throws Exception {
        try (StagingFolder own = StagingFolder.in(staging)) {
            HoldfastException refusal = catchThrowableOfType(
                    HoldfastException.PreCheckFailed.class, () -> own.requireRoom(1L << 60, folder.resolve("app.db")));
            assertThat(refusal).hasMessageContaining(staging.toString()).hasMessageContaining("MiB");
            assertThat(refusal.hint()).contains("TMPDIR");
        }
    }

    @Test
    void aDamagedDatabaseThatKeepsChangingUnderNoLock() throws Exception {
        Path database = folder.resolve("app.db");
        Databases.make(database, "CREATE TABLE t (a)");
        byte[] bytes = Files.readAllBytes(database);
        bytes[16] = 7;
        Files.write(database, bytes, StandardOpenOption.TRUNCATE_EXISTING);
        Thread touching = Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; ; i++) {
                    Files.setLastModifiedTime(database, FileTime.fromMillis(i));
                    Thread.sleep(Duration.ofMillis(10));
                }
            } catch (InterruptedException _) {
                // The end.
            } catch (java.io.IOException e) {
                throw new IllegalStateException(e);
            }
        });
        try {
            assertThat(refusal(HoldfastException.Locked.class, database)).hasMessageContaining("keeps writing");
        } finally {
            touching.interrupt();
            touching.join();
        }
    }

    @Test
    void onlyDatabasesLookLikeDatabases() throws Exception {
        Path database = folder.resolve("app.db");
        Databases.make(database, "CREATE TABLE t (a)");
        assertThat(SqliteFiles.looksLikeSqlite(database)).isTrue();
        assertThat(SqliteFiles.looksLikeSqlite(Files.createFile(folder.resolve("empty"))))
                .isFalse();
        assertThat(SqliteFiles.looksLikeSqlite(folder)).isFalse();
        assertThat(SqliteFiles.looksLikeSqlite(folder.resolve("missing"))).isFalse();
    }
}
