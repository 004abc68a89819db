package holdfast.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.sqlite.Databases.Backup;
import holdfast.source.sqlite.LedgerWriter.Checkpoints;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a writer leaves behind when it is killed: a log that nobody took in, or a hot journal.
@Tag("slow")
final class SqliteSourceCrashTest {
    private final long seed = Long.getLong("seed", new Random().nextLong(1 << 30));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"WAL, NEVER", "WAL, ALL_KINDS", "DELETE, NEVER", "TRUNCATE, NEVER", "PERSIST, NEVER"})
    void whatAKilledWriterCommittedIsInTheCopy(String journal, Checkpoints checkpoints) throws Exception {
        Path database = folder.resolve("ledger.db");
        String mode = "PRAGMA journal_mode = " + journal;
        Ledger.create(database, mode);
        for (int round = 0; round < 4; round++) {
            Child writer = Child.writer(database, seed + round, checkpoints, mode);
            TimeUnit.MILLISECONDS.sleep(new Random(seed + round).nextInt(60));
            writer.kill();
            Backup backup = Databases.backUp(database, folder);
            assertThat(backup.record().damage()).as("-Dseed=%d", seed).isEmpty();
            long entries = Ledger.check(backup.file());
            Databases.make(database, "PRAGMA wal_checkpoint(TRUNCATE)");
            assertThat(entries).as("-Dseed=%d", seed).isEqualTo(Ledger.check(database));
        }
    }

    /// A transaction that has begun to change the file, its journal beside it, and no one alive: taken from a
    /// running writer by copying both while it waits.
    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "TRUNCATE", "PERSIST"})
    void aHotJournalIsRolledBack(String journal) throws Exception {
        Path database = hotJournal(journal);
        Backup backup = Databases.backUp(database, folder);
        assertThat(backup.record().details()).containsEntry("sqlite.copied-by", "read-transaction");
        assertThat(backup.record().damage()).isEmpty();
        Ledger.check(backup.file());
    }

    private Path hotJournal(String journal) throws Exception {
        Path live = folder.resolve("live.db");
        Ledger.create(live, "PRAGMA journal_mode = " + journal);
        Path database = folder.resolve("hot.db");
        try (Child writer = Child.sqlite3(live)) {
            writer.send("PRAGMA journal_mode = " + journal + ";")
                    .send("PRAGMA cache_size = 1; PRAGMA cache_spill = 1;")
                    .send("BEGIN EXCLUSIVE; UPDATE accounts SET balance = balance + 1;")
                    .send("INSERT INTO heap (body) SELECT randomblob(5000) FROM accounts;")
                    .send("SELECT 'spilled';")
                    .expect("spilled");
            Files.copy(live, database, StandardCopyOption.REPLACE_EXISTING);
            Files.copy(SqliteFiles.companion(live, "-journal"), SqliteFiles.companion(database, "-journal"));
        }
        assertThat(Databases.askFile(database, "SELECT sum(balance) FROM accounts"))
                .as("it is hot")
                .isNotEqualTo("" + Ledger.ACCOUNTS * 1000);
        return database;
    }

    /// The end of a log is whatever the dying writer got written: half a frame, a transaction without its
    /// commit, frames of an earlier generation.
    @ParameterizedTest
    @EnumSource(LogEnd.class)
    void onlyCommittedFramesOfALogCount(LogEnd end) throws Exception {
        Path database = folder.resolve("ledger.db");
        Ledger.create(database, "PRAGMA journal_mode = WAL");
        Child writer = Child.writer(database, seed, Checkpoints.NEVER, "PRAGMA journal_mode = WAL");
        TimeUnit.MILLISECONDS.sleep(50);
        writer.kill();
        try (FileChannel log = FileChannel.open(
                SqliteFiles.companion(database, "-wal"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            end.damage(log);
        }
        Backup backup = Databases.backUp(database, folder);
        assertThat(backup.record().damage()).isEmpty();
        Ledger.check(backup.file());
        assertThat(Databases.ask(database, "SELECT count(*) FROM ledger"))
                .isEqualTo(Databases.askFile(backup.file(), "SELECT count(*) FROM ledger"));
    }

    enum LogEnd {
        HALF_A_FRAME {
            @Override
            void damage(FileChannel log) throws Exception {
                log.truncate(log.size() - 2000);
            }
        },
        GARBAGE_BEHIND_IT {
            @Override
            void damage(FileChannel log) throws Exception {
                log.write(java.nio.ByteBuffer.allocate(10_000), log.size());
            }
        },
        A_FLIPPED_BIT_HALFWAY {
            @Override
            void damage(FileChannel log) throws Exception {
                java.nio.ByteBuffer one = java.nio.ByteBuffer.allocate(1);
                long at = log.size() / 2;
                log.read(one, at);
                one.put(0, (byte) (one.get(0) ^ 4)).flip();
                log.write(one, at);
            }
        },
        ONLY_A_HEADER {
            @Override
            void damage(FileChannel log) throws Exception {
                log.truncate(32);
            }
        };

        abstract void damage(FileChannel log) throws Exception;
    }

    @Test
    void whatAKilledHoldfastLeftInTheStagingFolderIsRemovedByTheNextOne() throws Exception {
        Path database = folder.resolve("app.db");
        Databases.make(database, "CREATE TABLE t (a)");
        Path staging = Files.createDirectory(folder.resolve("staging"));
        try (Child capturing = Child.java(Capturing.class, database.toString(), staging.toString())) {
            capturing.expect("captured");
            assertThat(staging.toFile().list()).hasSize(1);
            Databases.backUp(database, folder);
            assertThat(staging.toFile().list()).as("another process uses it").hasSize(1);
        }
        Databases.backUp(database, folder);
        assertThat(staging.toFile().list()).isEmpty();
    }
}
