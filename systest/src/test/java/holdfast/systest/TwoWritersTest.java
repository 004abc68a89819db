package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.systest.HoldfastProcess.Result;
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
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// Goal: several programs may work with one repository at a time: writers beside each other, and nobody
/// deletes what another relies on.
final class TwoWritersTest {
    private static final String NO_ERRORS = "no errors were found";
    private static final int ROUNDS = 3;

    @AutoClose
    private final Workplace place = new Workplace();

    private final Holdfast holdfast = place.holdfast("repository").optimised();
    private final Restic restic = place.restic("repository");
    private final Random random = new Random(4);

    @Test
    void resticAndHoldfastWriteAtTheSameTimeAndSeeAllSnapshots() throws IOException {
        holdfast.run("init");
        Trees.ordinary(place.path("ours"), random);
        place.copy("ours", "theirs");
        Map<String, Path> copies = new HashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            Trees.change(place.path("ours"), random);
            Trees.change(place.path("theirs"), random);
            copies.put("round" + round + " ours", place.copy("ours", "ours " + round));
            copies.put("round" + round + " theirs", place.copy("theirs", "theirs " + round));
            try (HoldfastProcess one = holdfast.start("backup", "ours", "--tag", "round" + round);
                    HoldfastProcess two =
                            startRestic("backup", place.path("theirs").toString(), "--tag", "round" + round)) {
                assertDone(Holdfast.finish(one));
                assertDone(two.await(Duration.ofMinutes(2)));
            }
        }
        assertThat(holdfast.snapshots()).hasSize(2 * ROUNDS);
        assertThat(restic.run("snapshots", "--json")).contains(holdfast.ids());
        assertThat(restic.run("check", "--read-data")).contains(NO_ERRORS);
        holdfast.run("check", "--read-data");
        for (int round = 0; round < ROUNDS; round++) {
            for (String who : List.of("ours", "theirs")) {
                assertBothRestore(
                        "round" + round, who, Objects.requireNonNull(copies.get("round" + round + " " + who)));
            }
        }
    }

    private void assertBothRestore(String tag, String who, Path copy) throws IOException {
        Path source = place.path(who);
        Path one = Files.createTempDirectory(place.folder(), "by-holdfast");
        holdfast.run(
                "restore", "latest:" + source, "--tag", tag, "--path", source.toString(), "--target", one.toString());
        Trees.assertSameBelow(copy, one);
        Path two = Files.createTempDirectory(place.folder(), "by-restic");
        restic.run("restore", "latest", "--tag", tag, "--path", source.toString(), "--target", two.toString());
        Trees.assertSameButForResticsLimits(copy, two.resolve(source.toString().substring(1)));
    }

    @Test
    void twoBackupsOfHoldfastAtOnceBothSucceed() throws IOException {
        Trees.ordinary(place.path("one"), random);
        place.copy("one", "two");
        Sqlite shop = Sqlite.shop(place.path("shop.db"));
        holdfast.run("init");
        try (HoldfastProcess first = holdfast.start("backup", "one", "shop.db", "--json");
                HoldfastProcess second = holdfast.start("backup", "two", "shop.db", "--json")) {
            Result one = Holdfast.finish(first);
            Result two = Holdfast.finish(second);
            assertDone(one);
            assertDone(two);
            assertRestores(one, "one", shop);
            assertRestores(two, "two", shop);
        }
        assertThat(Await.stored(holdfast.repository().resolve("locks"))).isZero();
        holdfast.run("check", "--read-data");
        assertThat(restic.run("check", "--read-data")).contains(NO_ERRORS);
    }

    private void assertRestores(Result backup, String tree, Sqlite shop) throws IOException {
        String id = Holdfast.last(backup.out()).get("snapshot_id").asString();
        Path target = place.path("restored " + tree);
        holdfast.run("restore", id, "--target", target.toString());
        Trees.assertSame(place.path(tree), target.resolve(tree));
        new Sqlite(target.resolve("shop.db")).assertHolds(shop.dump());
    }

    @Test
    void nothingIsPrunedWhileResticWrites() throws Exception {
        holdfast.run("init");
        Trees.ordinary(place.path("source"), random);
        holdfast.run("backup", "source");
        Process writing = readingStandardInput();
        try {
            Await.until(
                    "restic's lock", () -> Await.stored(holdfast.repository().resolve("locks")) > 0);
            Set<String> packs = packs();
            Result marked = holdfast.attempt(0, "prune", "--max-unused", "0");
            assertThat(marked.err()).contains("locked", "only marked");
            assertThat(packs()).containsAll(packs);
            assertThat(holdfast.refused(11, "forget", "--keep-last", "1").err()).contains("locked");
            holdfast.run("backup", "source");
            holdfast.run("check");
        } finally {
            writing.destroyForcibly().waitFor();
        }
        // restic died without removing its lock: that is seen, and is no hindrance
        holdfast.run("prune");
        assertThat(Await.stored(holdfast.repository().resolve("locks"))).isZero();
    }

    @Test
    void resticPrunesNothingWhileHoldfastWrites() throws Exception {
        holdfast.run("init");
        Trees.ordinary(place.path("source"), random);
        try (HoldfastProcess backup = holdfast.start("backup", "source", "--limit-upload", "400")) {
            Await.until("our lock", () -> Await.stored(holdfast.repository().resolve("locks")) > 0);
            Restic.Result refused = restic.attempt(List.of(), "prune");
            assertThat(refused.exitCode()).as(refused.all()).isNotZero();
            assertThat(refused.err()).contains("already locked");
            assertDone(Holdfast.finish(backup));
        }
        restic.run("prune");
        assertThat(restic.run("check", "--read-data")).contains(NO_ERRORS);
        Path target = place.path("restored");
        holdfast.run("restore", "--target", target.toString());
        Trees.assertSame(place.path("source"), target.resolve("source"));
    }

    private Set<String> packs() throws IOException {
        try (Stream<Path> files = Files.walk(holdfast.repository().resolve("data"))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .collect(Collectors.toSet());
        }
    }

    private static void assertDone(Result result) {
        assertThat(result.exitCode()).as(result.all()).isZero();
    }

    private HoldfastProcess startRestic(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Programs.need("restic"),
                "--no-cache",
                "-r",
                holdfast.repository().toString()));
        command.addAll(List.of(arguments));
        return HoldfastProcess.start(place.folder(), Map.of("RESTIC_PASSWORD", Holdfast.PASSWORD), command);
    }

    /// restic, which backs up its standard input and waits for more of it.
    private Process readingStandardInput() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Programs.need("restic"),
                "--no-cache",
                "-r",
                holdfast.repository().toString(),
                "backup",
                "--stdin");
        builder.environment().put("RESTIC_PASSWORD", Holdfast.PASSWORD);
        return builder.redirectErrorStream(true)
                .redirectOutput(place.path("restic's output").toFile())
                .start();
    }
}
