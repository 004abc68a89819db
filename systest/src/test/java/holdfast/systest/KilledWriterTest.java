package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.systest.LedgerWriter.Commit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// Goal: of a database whose writer was killed, a backup holds all that was committed and nothing that was not, as
/// the next program that opens it would find it.
/// Method: a copy of the files as they were left is what SQLite's own recovery is asked for.
final class KilledWriterTest {
    private final long seed = Seed.choose();
    private final Random random = new Random(seed);

    @AutoClose
    private final Workplace place = new Workplace();

    private final Holdfast holdfast = place.holdfast("repository");

    /// One log that was taken in now and then, one that has grown from the beginning.
    @Test
    void everyCommitThatWasToldIsInTheSnapshot() throws Exception {
        Files.createDirectory(place.path("live"));
        Commit usual = killedWriter("usual.db", "PRAGMA wal_autocheckpoint = 1000");
        Commit never = killedWriter("never.db", "PRAGMA wal_autocheckpoint = 0");
        place.copy("live", "left");

        holdfast.run("init");
        holdfast.run("backup", "live/usual.db", "live/never.db");
        holdfast.run("restore", "--target", "restored");

        assertThat(Await.files(place.path("live")))
                .as("logs that nobody else uses were taken in, as by any program that opens the database")
                .isEqualTo(2);
        assertHasAll("usual.db", usual);
        assertHasAll("never.db", never);
    }

    private Commit killedWriter(String name, String pragma) throws Exception {
        Ledger ledger = Ledger.create(place.path("live").resolve(name), seed, "PRAGMA journal_mode = WAL");
        try (LedgerWriter writer = new LedgerWriter(ledger.file(), pragma)) {
            Commit last = writer.awaitCommits(200 + random.nextInt(200)).kill();
            assertThat(Path.of(ledger.file() + "-wal")).isNotEmptyFile();
            return last;
        }
    }

    private void assertHasAll(String name, Commit told) {
        Ledger restored = new Ledger(place.path("restored").resolve(name));
        assertThat(restored.bookings())
                .as(name + ": what was told, and at most what was about to be")
                .isBetween(told.bookings(), told.bookings() + Ledger.PER_TRANSACTION);
        restored.assertHolds(new Ledger(place.path("left").resolve(name)).dump());
        restored.assertHolds(Ledger.create(place.path("again " + name), seed)
                .bookUntil(restored.bookings())
                .dump());
        new Ledger(place.path("live").resolve(name)).assertHolds(restored.dump());
    }

    /// A transaction larger than the cache changes the file before it commits; the journal beside it knows what was
    /// there.
    @Test
    void aTransactionCutOffHalfwayIsNotInTheSnapshot() throws Exception {
        Ledger ledger = Ledger.create(place.path("ledger.db"), seed, "PRAGMA journal_mode = DELETE")
                .bookUntil(30);
        String before = ledger.dump();
        Path sound = place.copy("ledger.db", "sound.db");
        try (SqliteProcess writer = new SqliteProcess(ledger.file())) {
            writer.send("PRAGMA cache_size = 10; BEGIN; UPDATE accounts SET balance = 0, pad = 'half' || id;");
            assertThat(writer.ask("SELECT changes();")).isEqualTo("3000");
            writer.kill();
        }
        assertThat(place.path("ledger.db-journal")).as("a hot journal").isNotEmptyFile();
        assertThat(Files.mismatch(sound, ledger.file()))
                .as("the file has changed")
                .isNotEqualTo(-1);

        holdfast.run("init");
        holdfast.run("backup", "ledger.db");
        holdfast.run("restore", "--target", "restored");

        new Ledger(place.path("restored/ledger.db")).assertHolds(before);
        ledger.assertHolds(before);
    }
}
