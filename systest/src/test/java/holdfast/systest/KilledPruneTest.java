package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// Goal: `kill -9` while snapshots are removed and their space is freed costs no snapshot that is still listed.
/// Method: a repository with some snapshots that share packs, copied for each round; forget and prune are killed at
/// drawn moments, with uploads throttled, since a prune repacks.
final class KilledPruneTest {
    private static final int ROUNDS = 4;
    private static final int SNAPSHOTS = 4;

    private final long seed = Seed.choose();
    private final Random random = new Random(seed);

    @AutoClose
    private final Workplace place = new Workplace();

    private final Map<String, Path> copies = new HashMap<>();

    @Test
    void everySnapshotStillListedIsWholeAndTheNextPruneNeedsNoHelp() throws Exception {
        Holdfast made = place.holdfast("made once");
        made.run("init");
        Trees.ordinary(place.path("tree"), random);
        for (int i = 0; i < SNAPSHOTS; i++) {
            Trees.change(place.path("tree"), random);
            copies.put(made.backup("tree"), place.copy("tree", "tree " + i));
        }
        place.copy("made once", "timed");
        long forget = timed(place.holdfast("timed"), "forget", "--keep-last", "2");
        String[] prune = {"prune", "--max-unused", "0", "--limit-upload", "1000"};
        long whole = timed(place.holdfast("timed"), prune);
        int killed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String name = "round " + round;
            place.copy("made once", name);
            Holdfast holdfast = place.holdfast(name);
            if (round % 2 == 0) {
                killed += killed(holdfast, random.nextLong(forget / 2, forget), "forget", "--keep-last", "2") ? 1 : 0;
            } else {
                holdfast.run("forget", "--keep-last", "2");
            }
            killed += killed(holdfast, random.nextLong(whole / 3, whole), prune) ? 1 : 0;
            assertWhole(holdfast, "round " + round + ", -Dseed=" + seed);
        }
        assertThat(killed).as("runs that were killed, -Dseed=%d", seed).isGreaterThanOrEqualTo(ROUNDS / 2);
    }

    private static long timed(Holdfast holdfast, String... command) throws IOException {
        long begin = System.nanoTime();
        holdfast.run(command);
        return Duration.ofNanos(System.nanoTime() - begin).toMillis();
    }

    private static boolean killed(Holdfast holdfast, long milliseconds, String... command)
            throws IOException, InterruptedException {
        try (HoldfastProcess process = holdfast.start(command)) {
            Thread.sleep(milliseconds);
            boolean running = process.running();
            process.kill();
            return running;
        }
    }

    private void assertWhole(Holdfast holdfast, String when) throws IOException {
        List<String> listed = holdfast.ids();
        assertThat(listed).as(when).hasSizeGreaterThanOrEqualTo(2);
        List<String> some = new ArrayList<>(List.of(listed.getFirst(), listed.getLast()));
        for (String id : some) {
            Path target = Files.createTempDirectory(place.folder(), "restored");
            holdfast.run("restore", id, "--target", target.toString());
            Trees.assertSame(Objects.requireNonNull(copies.get(id)), target.resolve("tree"));
        }
        holdfast.run("prune", "--max-unused", "0");
        assertThat(Await.stored(holdfast.repository().resolve("locks"))).isZero();
        holdfast.run("check", "--read-data");
        assertThat(holdfast.ids()).as(when).isEqualTo(listed);
    }
}
