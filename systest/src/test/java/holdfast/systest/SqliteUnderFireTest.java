package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.systest.LedgerWriter.Commit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Goal: a backup beside a process that never stops writing holds one state that was committed meanwhile, to the
/// last row, and the writer goes on.
/// Method: what is caught is compared with the ledger as it was after as many bookings.
final class SqliteUnderFireTest {
    private static final int BACKUPS = 3;
    private static final Duration BARELY_NOTICED = Duration.ofSeconds(5);

    private final long seed = Seed.choose();

    @AutoClose
    private final Workplace place = new Workplace();

    private final Holdfast holdfast = place.holdfast("repository").optimised();

    /// @param before the last commit before it was begun
    /// @param after the last commit when it had ended
    private record Taken(String id, Commit before, Commit after) {}

    @ParameterizedTest
    @ValueSource(strings = {"WAL", "DELETE"})
    void everySnapshotIsAStateThatWasCommittedMeanwhile(String journalMode) throws Exception {
        Ledger live = Ledger.create(place.path("ledger.db"), seed, "PRAGMA journal_mode = " + journalMode);
        holdfast.run("init");
        List<Taken> all = new ArrayList<>();
        JsonNode exported;
        long last;
        try (LedgerWriter writer = new LedgerWriter(live.file())) {
            for (int i = 0; i < BACKUPS; i++) {
                all.add(backUp(writer.awaitCommits(20)));
            }
            exported = holdfast.json("export", "--output", "exported");
            writer.awaitCommits(1);
            last = writer.finish().bookings();
        }
        Ledger again = Ledger.create(place.path("again.db"), seed);
        for (Taken taken : all) {
            Path target = place.path("restored " + taken.id());
            holdfast.run("restore", taken.id(), "--target", target.toString());
            Ledger restored = new Ledger(target.resolve("ledger.db"));
            long bookings = restored.bookings();
            assertThat(bookings)
                    .as("committed while the backup ran")
                    .isBetween(taken.before().bookings(), taken.after().bookings() + Ledger.PER_TRANSACTION);
            restored.assertHolds(again.bookUntil(bookings).dump());
            assertShownAsItIs(taken.id(), restored);
        }
        assertExported(exported.get("files").get(0), again);
        live.assertHolds(again.bookUntil(last).dump());
    }

    private Taken backUp(LedgerWriter writer) throws IOException {
        Commit before = writer.commits().getLast();
        Instant begin = Instant.now();
        String id = holdfast.backup("ledger.db");
        Instant end = Instant.now();
        writer.assertNeverHeldUp(begin, end, BARELY_NOTICED);
        return new Taken(id, before, writer.commits().getLast());
    }

    private void assertShownAsItIs(String id, Ledger restored) throws IOException {
        JsonNode source =
                holdfast.json("show", id).get("manifest").get("sources").get(0);
        assertThat(source.get("damage")).isEmpty();
        assertThat(source.get("bytes").asLong()).isEqualTo(Files.size(restored.file()));
        assertThat(Fingerprints.shown(source)).hasSize(5).isEqualTo(Fingerprints.of(new Sqlite(restored.file())));
    }

    /// The last snapshot as a file that needs no Holdfast, taken by the stock programs alone.
    ///
    /// @param file what `export` said of it
    /// @param again as many bookings as that snapshot has
    private void assertExported(JsonNode file, Ledger again) {
        String compressed = file.get("path").asString();
        Workplace.run(place.path("exported"), "sha256sum", "--strict", "-c", compressed + ".sha256");
        place.run("gunzip", compressed);
        new Ledger(Path.of(compressed.substring(0, compressed.length() - ".gz".length()))).assertHolds(again.dump());
    }
}
