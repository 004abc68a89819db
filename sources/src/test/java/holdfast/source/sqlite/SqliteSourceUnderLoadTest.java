package holdfast.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.sqlite.Databases.Backup;
import holdfast.source.sqlite.LedgerWriter.Checkpoints;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Goal: a copy taken at any instant beside a process that never stops writing is one committed state.
/// Method: many copies in a row, each checked as a whole; the writer's seed is printed and can be given back.
@Tag("slow")
final class SqliteSourceUnderLoadTest {
    private static final int COPIES = 30;

    /// A soak with `-Dcopies=500` takes some minutes.
    private static final int MANY_COPIES = Integer.getInteger("copies", 40);

    private final long seed = Long.getLong("seed", new Random().nextLong(1 << 30));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "WAL,      4096, NONE,        DEFAULT",
        "WAL,      4096, NONE,        ALL_KINDS",
        "WAL,       512, FULL,        ALL_KINDS",
        "WAL,      4096, INCREMENTAL, EVERY_COMMIT",
        "WAL,     65536, NONE,        EVERY_COMMIT",
        "WAL,      1024, NONE,        NEVER",
        "DELETE,   4096, FULL,        NEVER",
        "TRUNCATE, 1024, NONE,        NEVER",
        "PERSIST,  8192, NONE,        NEVER",
        "MEMORY,   4096, NONE,        NEVER"
    })
    void everyCopyIsOneCommittedState(String journal, int pageSize, String vacuum, Checkpoints checkpoints)
            throws Exception {
        copies(COPIES, journal, pageSize, vacuum, checkpoints);
    }

    @ParameterizedTest
    @CsvSource({
        "WAL,     4096, FULL, ALL_KINDS",
        "WAL,      512, NONE, EVERY_COMMIT",
        "WAL,    16384, NONE, DEFAULT",
        "DELETE,  4096, NONE, NEVER"
    })
    void everyOneOfManyCopiesIsOneCommittedState(String journal, int pageSize, String vacuum, Checkpoints checkpoints)
            throws Exception {
        copies(MANY_COPIES, journal, pageSize, vacuum, checkpoints);
    }

    private void copies(int copies, String journal, int pageSize, String vacuum, Checkpoints checkpoints)
            throws Exception {
        Path database = folder.resolve("ledger.db");
        String mode = "PRAGMA journal_mode = " + journal;
        Ledger.create(database, "PRAGMA page_size = " + pageSize, "PRAGMA auto_vacuum = " + vacuum, mode);
        long entries = 0;
        try (Child _ = Child.writer(database, seed, checkpoints, mode)) {
            for (int copy = 0; copy < copies; copy++) {
                Backup backup = Databases.backUp(database, folder);
                long now;
                try {
                    now = Ledger.check(backup.file());
                } catch (AssertionError e) {
                    throw new AssertionError("-Dseed=" + seed + ", copy " + copy + ", " + backup.record(), e);
                }
                assertThat(now).as("a later copy shows a later state").isGreaterThanOrEqualTo(entries);
                assertThat(backup.record().damage()).isEmpty();
                assertThat(backup.record().details()).containsEntry("sqlite.copied-by", "read-transaction");
                assertThat(backup.record().tables()).hasSize(5);
                entries = now;
                Files.delete(backup.file());
            }
        }
        assertThat(entries).as("the writer went on, -Dseed=%d", seed).isGreaterThan(copies);
    }
}
