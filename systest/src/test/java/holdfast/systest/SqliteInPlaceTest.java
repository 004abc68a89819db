package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.systest.HoldfastProcess.Result;
import holdfast.systest.LedgerWriter.Commit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Goal: a database is brought back where it was: not under the feet of a program that has it open, unless that is
/// asked for; and what was there is kept to the last row and comes back with `undo`.
final class SqliteInPlaceTest {
    @AutoClose
    private final Workplace place = new Workplace();

    private final Holdfast holdfast = place.holdfast("repository");
    private final Path live = place.path("srv/shop.db");

    @BeforeEach
    void makeFolder() throws IOException {
        Files.createDirectory(place.path("srv"));
        holdfast.run("init");
    }

    @ParameterizedTest
    @ValueSource(strings = {"WAL", "DELETE"})
    void whileAProgramHasItOpen(String journalMode) throws Exception {
        Sqlite shop = Sqlite.shop(live, "PRAGMA journal_mode = " + journalMode);
        String wanted = shop.dump();
        String id = holdfast.backup("srv/shop.db");
        String current = shop.sell(500).dump();
        try (SqliteProcess program = new SqliteProcess(live)) {
            assertThat(program.ask("SELECT count(*) FROM orders;")).isEqualTo("3500");

            Result refused = holdfast.refused(4, "restore", id, "--yes");
            assertThat(refused.err()).contains("in use", "sqlite3 (process " + program.pid() + ")");
            assertThat(program.ask(".dump")).isEqualTo(current);
            assertThat(holdfast.ids()).as("not even a safety snapshot").containsExactly(id);
            assertThat(kept()).isEmpty();

            program.ask("BEGIN IMMEDIATE; DELETE FROM orders;");
            Result locked = holdfast.refused(
                    11, "restore", id, "--overwrite-in-place", "--yes", "--no-safety-snapshot", "--busy-timeout", "1s");
            assertThat(locked.err()).contains("in use", "sqlite3 (process " + program.pid() + ")");
            program.ask("ROLLBACK;");
            assertThat(program.ask(".dump")).isEqualTo(current);
            assertThat(kept()).isEmpty();

            JsonNode restored = holdfast.json("restore", id, "--overwrite-in-place", "--yes");
            assertThat(program.ask("PRAGMA integrity_check;")).isEqualTo("ok");
            assertThat(program.ask(".dump")).isEqualTo(wanted);
            new Sqlite(keptBy(restored)).assertHolds(current);

            JsonNode undone = holdfast.json("undo", "--overwrite-in-place", "--yes");
            assertThat(program.ask("PRAGMA integrity_check;")).isEqualTo("ok");
            assertThat(program.ask(".dump")).isEqualTo(current);
            new Sqlite(keptBy(undone)).assertHolds(wanted);

            // the program goes on with what it has now
            program.ask("INSERT INTO orders (customer, cents) VALUES (1, 5);");
        }
        assertThat(shop.ask("PRAGMA integrity_check", "SELECT count(*) FROM orders"))
                .isEqualTo("ok\n3501");
    }

    /// What a ledger holds follows from the number of its bookings alone, so it shows if its writer went on with
    /// anything but what was restored, or if anything is missing from what is kept.
    @ParameterizedTest
    @ValueSource(strings = {"WAL", "DELETE"})
    void besideAWriterThatNeverPauses(String journalMode) throws Exception {
        long seed = Seed.choose();
        Ledger ledger = Ledger.create(live, seed, "PRAGMA journal_mode = " + journalMode);
        String id = holdfast.backup("srv/shop.db");
        Ledger kept;
        List<Long> numbers;
        try (LedgerWriter writer = new LedgerWriter(live)) {
            writer.awaitCommits(100);
            kept = new Ledger(keptBy(holdfast.json("restore", id, "--overwrite-in-place", "--yes")));
            writer.awaitCommits(20).finish();
            numbers = writer.commits().stream().map(Commit::bookings).toList();
        }
        long last = IntStream.range(1, numbers.size())
                .filter(i -> numbers.get(i) < numbers.get(i - 1))
                .mapToLong(i -> numbers.get(i - 1))
                .sum();
        assertThat(kept.bookings())
                .as("committed until it was overwritten, once")
                .isBetween(last, last + Ledger.PER_TRANSACTION);
        Ledger again = Ledger.create(place.path("again.db"), seed);
        Stream.of(ledger, kept)
                .sorted(Comparator.comparingLong(Ledger::bookings))
                .forEach(one -> one.assertHolds(again.bookUntil(one.bookings()).dump()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"WAL", "DELETE"})
    void whatWasThereIsKeptAndComesBack(String journalMode) throws Exception {
        Sqlite shop = Sqlite.shop(live, "PRAGMA journal_mode = " + journalMode);
        String wanted = shop.dump();
        String id = holdfast.backup("srv/shop.db");
        String current = change();
        Path left = place.copy("srv", "left");

        JsonNode restored = holdfast.json("restore", id, "--yes");
        shop.assertHolds(wanted);
        new Sqlite(keptBy(restored)).assertHolds(current);
        if (journalMode.equals("DELETE")) {
            assertThat(keptBy(restored)).hasSameBinaryContentAs(left.resolve("shop.db"));
        }
        assertThat(shop.ask("PRAGMA journal_mode")).isEqualToIgnoringCase(journalMode);

        JsonNode undone = holdfast.json("undo", "--yes");
        shop.assertHolds(current);
        new Sqlite(keptBy(undone)).assertHolds(wanted);
        if (journalMode.equals("DELETE")) {
            assertThat(live).hasSameBinaryContentAs(left.resolve("shop.db"));
        }
        assertThat(shop.ask("PRAGMA journal_mode")).isEqualToIgnoringCase(journalMode);

        holdfast.run("undo", "--yes");
        shop.assertHolds(wanted);
        assertThat(kept()).hasSize(3);
        assertThat(place.path("srv")).isDirectoryNotContaining("glob:**holdfast-*");
    }

    /// Sells some more, by a program that is killed: in WAL mode the log is all that knows of it.
    private String change() throws Exception {
        try (SqliteProcess program = new SqliteProcess(live)) {
            program.ask("INSERT INTO orders (customer, cents, note) SELECT 1, id, randomblob(200) FROM customers;");
            program.ask("DELETE FROM orders WHERE id % 4 = 1;");
            String current = program.ask(".dump");
            program.kill();
            return current;
        }
    }

    private static Path keptBy(JsonNode summary) {
        assertThat(summary.get("status").asString()).isEqualTo("completed");
        List<Path> files = Holdfast.elements(summary.get("kept_files"))
                .map(JsonNode::asString)
                .map(Path::of)
                .toList();
        assertThat(files).hasSize(1);
        assertThat(files.getFirst().toString()).contains("/srv/shop.db.before_restore_");
        return files.getFirst();
    }

    private List<Path> kept() throws IOException {
        try (Stream<Path> paths = Files.list(place.path("srv"))) {
            return paths.filter(path -> path.toString().contains(".before_restore_")
                            && !path.toString().endsWith("-wal")
                            && !path.toString().endsWith("-shm"))
                    .toList();
        }
    }
}
