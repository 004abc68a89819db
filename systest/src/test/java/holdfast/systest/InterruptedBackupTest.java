package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: a backup or restore that is asked to end ends soon, says so by its exit code, and leaves neither lock nor
/// snapshot nor half a file.
final class InterruptedBackupTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final Random random = new Random(Seed.choose());

    @AutoClose
    private final Workplace place = new Workplace();

    private final Holdfast holdfast = place.holdfast("repository");

    @BeforeEach
    void makeSource() throws IOException {
        Trees.ordinary(place.path("tree"), random);
        Sqlite.shop(place.path("shop.db"), "PRAGMA journal_mode = WAL");
        holdfast.run("init");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT", "HUP"})
    void aBackupLeavesNoLockNoSnapshotAndNoWorkingCopy(String signal) throws Exception {
        try (HoldfastProcess backup = holdfast.start("backup", "shop.db", "tree", "--limit-upload", "50")) {
            Await.until("its lock", () -> Await.stored(holdfast.repository().resolve("locks")) > 0);
            Thread.sleep(random.nextInt(2000));
            assertInterrupted(backup, signal);
        }
        assertThat(holdfast.repository().resolve("locks")).isEmptyDirectory();
        assertThat(place.scratch()).isEmptyDirectory();
        assertThat(holdfast.ids()).isEmpty();
        assertThat(new Sqlite(place.path("shop.db")).ask("PRAGMA journal_mode")).isEqualTo("wal");
        holdfast.run("backup", "shop.db", "tree");
        holdfast.run("restore", "--target", "restored");
        Trees.assertSame(place.path("tree"), place.path("restored/tree"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void aRestoreLeavesNothingUnfinished(String signal) throws Exception {
        holdfast.run("backup", "shop.db", "tree");
        Path target = place.path("restored");
        try (HoldfastProcess restore =
                holdfast.start("restore", "--target", target.toString(), "--limit-download", "100")) {
            Await.until("a first file", () -> Files.exists(target.resolve("tree/folder 0")));
            assertInterrupted(restore, signal);
        }
        assertThat(holdfast.repository().resolve("locks")).isEmptyDirectory();
        try (Stream<Path> paths = Files.walk(target)) {
            assertThat(paths.map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.contains(".holdfast-restore"));
        }
        holdfast.run("restore", "--target", target.toString(), "--overwrite", "--yes");
        Trees.assertSame(place.path("tree"), target.resolve("tree"));
    }

    private static void assertInterrupted(HoldfastProcess process, String signal) throws IOException {
        process.signal(signal);
        Result result = process.await(SOON);
        assertThat(result.exitCode()).as(result.all()).isEqualTo(130);
        assertThat(result.err()).contains("interrupted").doesNotContain("\tat ", "internal error");
    }
}
