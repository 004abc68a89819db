package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// Goal: `kill -9` of a restore at any moment leaves nothing wrong under a name that somebody would
/// trust, and doing it again completes it. Method: the downlink is throttled, so that most of the run
/// is open to the kill, whose moment is drawn.
final class KilledRestoreTest {
    private static final int ROUNDS = 6;
    private static final String DOWNLINK_KIB = "800";

    private final long seed = Seed.choose();
    private final Random random = new Random(seed);

    @AutoClose
    private final Workplace place = new Workplace();

    private final Holdfast holdfast = place.holdfast("repository");

    @Test
    void aFileUnderItsNameIsWholeAndDoingItAgainCompletesTheTree() throws Exception {
        Trees.ordinary(place.path("source"), random);
        holdfast.run("init");
        holdfast.run("backup", "source");
        String[] restore = {"restore", "--target", "target", "--limit-download", DOWNLINK_KIB};
        long begin = System.nanoTime();
        holdfast.run(restore);
        long whole = Duration.ofNanos(System.nanoTime() - begin).toMillis();
        int killed = 0;
        int left = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Path target = place.path("target " + round);
            restore[2] = target.toString();
            // at any moment; and in every other round just when the first file has its name
            killed += (round % 2 == 0
                            ? killed(random.nextLong(whole / 4, whole * 9 / 8), restore)
                            : killedAtFirstFile(target.resolve("source"), restore))
                    ? 1
                    : 0;
            left += assertNothingWrong(target.resolve("source"));
            holdfast.run("restore", "--target", target.toString(), round % 2 == 0 ? "--overwrite" : "--delta", "--yes");
            Trees.assertSame(place.path("source"), target.resolve("source"));
        }
        assertThat(killed).as("restores that were killed, -Dseed=%d", seed).isGreaterThanOrEqualTo(ROUNDS / 3);
        assertThat(left).as("files restored before the kill").isPositive();
        place.restic("repository").run("check");
    }

    private boolean killed(long milliseconds, String... command) throws IOException, InterruptedException {
        try (HoldfastProcess restore = holdfast.start(command)) {
            Thread.sleep(milliseconds);
            boolean running = restore.running();
            restore.kill();
            return running;
        }
    }

    private boolean killedAtFirstFile(Path restored, String... command) throws IOException, InterruptedException {
        try (HoldfastProcess restore = holdfast.start(command)) {
            while (restore.running() && !hasFile(restored)) {
                Thread.sleep(1);
            }
            boolean running = restore.running();
            restore.kill();
            return running;
        }
    }

    private static boolean hasFile(Path restored) throws IOException {
        if (!Files.exists(restored)) {
            return false;
        }
        try (Stream<Path> paths = Files.walk(restored)) {
            return paths.anyMatch(path ->
                    Files.isRegularFile(path) && !path.getFileName().toString().startsWith(".holdfast-restore-"));
        } catch (UncheckedIOException e) {
            return false; // it is being written
        }
    }

    /// @return how many files have their names
    private int assertNothingWrong(Path restored) throws IOException {
        if (!Files.exists(restored)) {
            return 0;
        }
        int names = 0;
        try (Stream<Path> paths = Files.walk(restored)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                if (!path.getFileName().toString().startsWith(".holdfast-restore-")) {
                    Path original = place.path("source").resolve(restored.relativize(path));
                    assertThat(Files.mismatch(original, path))
                            .as(path + ", -Dseed=" + seed)
                            .isEqualTo(-1);
                    assertThat(Files.getLastModifiedTime(path)).isEqualTo(Files.getLastModifiedTime(original));
                    names++;
                }
            }
        }
        return names;
    }

    @Test
    void aLiveDatabaseIsAlwaysTheOldOneOrTheNewOne() throws Exception {
        Path live = place.path("shop.db");
        String wanted = Sqlite.shop(live).dump();
        holdfast.run("init");
        holdfast.run("backup", "shop.db");
        String other = new Sqlite(live).sell(500).dump();
        Files.copy(live, place.path("other.db"));
        String[] restore = {"restore", "--tag", "", "--yes", "--limit-download", "900", "--limit-upload", "1500"};
        long begin = System.nanoTime();
        holdfast.run(restore);
        long whole = Duration.ofNanos(System.nanoTime() - begin).toMillis();
        new Sqlite(live).assertHolds(wanted);
        int killed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Files.copy(place.path("other.db"), live, StandardCopyOption.REPLACE_EXISTING);
            // the swap is at the end
            long moment = whole / 3 + (long) (whole * 0.75 * Math.sqrt(random.nextDouble()));
            killed += killed(moment, restore) ? 1 : 0;
            new Sqlite(live).assertHolds(isOther(live) ? other : wanted);
        }
        assertThat(killed).as("restores that were killed, -Dseed=%d", seed).isPositive();
        holdfast.run(restore);
        new Sqlite(live).assertHolds(wanted);
        try (Stream<Path> beside = Files.list(place.folder())) {
            assertThat(beside.map(path -> path.getFileName().toString()).filter(name -> name.contains("holdfast-")))
                    .as("what killed restores left beside the database")
                    .isEmpty();
        }
        holdfast.run("undo", "--yes");
        assertThat(List.of(wanted, other)).contains(new Sqlite(live).dump());
        place.restic("repository").run("check");
    }

    private static boolean isOther(Path live) {
        return new Sqlite(live).ask("SELECT count(*) FROM orders").equals("3500");
    }
}
