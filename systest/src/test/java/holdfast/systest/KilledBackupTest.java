package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// Goal: `kill -9` of a backup at any moment harms no snapshot, lists none that is not whole, and
/// leaves nothing that anybody must clean up. Method: the source grows from round to round and is saved
/// at each; the uplink is throttled, so that most of the run is open to the kill.
final class KilledBackupTest {
    private static final int ROUNDS = 9;
    private static final String UPLINK_KIB = "1000";

    private final long seed = Seed.choose();
    private final Random random = new Random(seed);

    @AutoClose
    private final Workplace place = new Workplace();

    private final Holdfast holdfast = place.holdfast("repository");

    /// What stood there when a snapshot was taken.
    private record Saved(Path tree, String database) {}

    private final Map<String, Saved> saved = new LinkedHashMap<>();

    @Test
    void everyListedSnapshotIsWholeAndTheNextRunNeedsNoHelp() throws Exception {
        Trees.ordinary(place.path("tree"), random);
        Sqlite shop = Sqlite.shop(place.path("shop.db"), "PRAGMA journal_mode = WAL");
        holdfast.run("init", "--key-cost", "16"); // as a user has it
        long begin = System.nanoTime();
        backUp(0);
        Duration whole = Duration.ofNanos(System.nanoTime() - begin);
        int killed = 0;
        for (int round = 1; round <= ROUNDS; round++) {
            // changed in whole, so that each round has as much to store as the one that was timed
            Trees.ordinary(place.path("tree"), random);
            Trees.change(place.path("tree"), random);
            shop.sell(300);
            killed += killedAt(round, random.nextLong(whole.toMillis() * 5 / 4)) ? 1 : 0;
        }
        assertThat(killed).as("backups that were killed, -Dseed=%d", seed).isGreaterThan(ROUNDS / 2);
        backUp(ROUNDS + 1);
        assertThat(Await.stored(holdfast.repository().resolve("locks")))
                .as("locks of dead processes")
                .isZero();
        assertThat(place.scratch()).as("working copies of dead processes").isEmptyDirectory();
        checkEverything();
    }

    private Saved save(int round) throws IOException {
        return new Saved(place.copy("tree", "tree " + round), new Sqlite(place.path("shop.db")).dump());
    }

    private void backUp(int round) throws IOException {
        Saved now = save(round);
        saved.put(holdfast.backup("shop.db", "tree", "--limit-upload", UPLINK_KIB), now);
    }

    /// @return whether the kill came before the end
    private boolean killedAt(int round, long milliseconds) throws IOException, InterruptedException {
        Saved now = save(round);
        boolean running;
        try (HoldfastProcess backup = holdfast.start("backup", "shop.db", "tree", "--limit-upload", UPLINK_KIB)) {
            Thread.sleep(milliseconds);
            running = backup.running();
            backup.kill();
        }
        List<String> listed = holdfast.ids();
        assertThat(listed).as("after kill " + round + at(milliseconds)).containsAll(saved.keySet());
        for (String id : listed) {
            if (saved.putIfAbsent(id, now) == null) {
                assertRestores(id, now, "killed " + round + at(milliseconds));
            }
        }
        assertThat(listed).hasSameSizeAs(saved.keySet());
        return running;
    }

    private String at(long milliseconds) {
        return " after " + milliseconds + " ms, -Dseed=" + seed;
    }

    private void assertRestores(String id, Saved expected, String when) throws IOException {
        Path target = Files.createTempDirectory(place.folder(), "restored");
        try {
            holdfast.run("restore", id, "--target", target.toString());
            Trees.assertSame(expected.tree(), target.resolve("tree"));
            new Sqlite(target.resolve("shop.db")).assertHolds(expected.database());
        } catch (AssertionError e) {
            throw new AssertionError("snapshot " + id + ", " + when, e);
        }
    }

    private void checkEverything() throws IOException {
        for (Map.Entry<String, Saved> snapshot : saved.entrySet()) {
            assertRestores(snapshot.getKey(), snapshot.getValue(), "at the end, -Dseed=" + seed);
        }
        assertThat(place.restic("repository").run("check", "--read-data")).contains("no errors were found");
        // packs that no index names are what the kills left; a prune takes them away
        holdfast.run("prune");
        holdfast.run("check", "--read-data");
        assertThat(holdfast.ids()).containsExactlyElementsOf(saved.keySet());
    }
}
