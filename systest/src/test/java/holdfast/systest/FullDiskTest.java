package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.NastyTree;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Goal: a disk that is full is told in one line, harms nothing that was there, and is no trouble once there is room.
/// Method: a real file system of 32 MiB in memory, which only root can mount.
final class FullDiskTest {
    private static final int MEBIBYTE = 1 << 20;

    @AutoClose
    private final Workplace place = new Workplace();

    private final Path small = place.path("small disk");
    private final Random random = new Random(6);

    @BeforeEach
    void mount() throws IOException {
        assertThat(NastyTree.isRoot())
                .as("this test mounts a file system of its own, so it must be run as root: sudo ./check")
                .isTrue();
        Files.createDirectory(small);
        place.run("mount", "-t", "tmpfs", "-o", "size=32m,mode=0755", "holdfast-test", small.toString());
    }

    @AfterEach
    void unmount() {
        place.run("umount", small.toString());
    }

    @Test
    void aBackupFailsInOneLineAndEverySnapshotBeforeItIsIntact() throws IOException {
        Holdfast holdfast = Holdfast.on(small.resolve("repository"), place.folder(), place.scratch());
        holdfast.run("init");
        Trees.ordinary(place.path("tree"), random);
        Sqlite shop = Sqlite.shop(place.path("shop.db"));
        String before = holdfast.backup("shop.db", "tree");
        place.copy("tree", "tree before");
        String database = shop.dump();

        Files.write(place.path("tree/too large"), Trees.bytes(random, 40 * MEBIBYTE));
        shop.sell(100);
        Result failed = holdfast.refused(1, "backup", "shop.db", "tree");
        assertThat(failed.err()).containsIgnoringCase("no space left").contains("hint: free some space");

        assertThat(holdfast.ids()).containsExactly(before);
        restoreAndCompare(holdfast, before, place.path("tree before"), database);
        holdfast.run("check", "--read-data");

        // prune takes away what the failed backup stored in vain
        holdfast.run("prune");
        Files.delete(place.path("tree/too large"));
        String after = holdfast.backup("shop.db", "tree");
        restoreAndCompare(holdfast, after, place.path("tree"), shop.dump());
        restoreAndCompare(holdfast, before, place.path("tree before"), database);
        holdfast.run("check", "--read-data");
    }

    @Test
    void aCopyFailsInOneLineAndTheNextOneGoesOn() throws IOException {
        Holdfast from = place.holdfast("from");
        from.run("init");
        Trees.ordinary(place.path("tree"), random);
        String first = from.backup("tree");
        place.copy("tree", "tree before");
        Holdfast to = Holdfast.on(small.resolve("repository"), place.folder(), place.scratch())
                .with("HOLDFAST_FROM_PASSWORD", Holdfast.PASSWORD);
        to.run("init");
        to.run("copy", "--from-repo", "from");
        assertThat(to.ids()).hasSize(1);
        Files.write(place.path("tree/too large"), Trees.bytes(random, 40 * MEBIBYTE));
        String large = from.backup("tree");
        Files.delete(place.path("tree/too large"));
        from.backup("tree");

        Result failed = to.refused(1, "copy", "--from-repo", "from");
        assertThat(failed.err()).containsIgnoringCase("no space left");
        assertThat(to.ids()).hasSize(1);
        to.run("check", "--read-data");
        Path target = place.path("restored");
        to.run("restore", "latest", "--target", target.toString());
        Trees.assertSame(place.path("tree before"), target.resolve("tree"));

        // what does not fit goes; then the copy is completed by itself
        from.run("forget", large);
        to.run("prune");
        to.run("copy", "--from-repo", "from");
        assertThat(to.ids()).hasSameSizeAs(from.ids()).doesNotContain(large);
        to.run("check", "--read-data");
        assertThat(from.ids()).contains(first);
    }

    private void restoreAndCompare(Holdfast holdfast, String id, Path tree, String database) throws IOException {
        Path target = Files.createTempDirectory(place.folder(), "restored");
        holdfast.run("restore", id, "--target", target.toString());
        Trees.assertSame(tree, target.resolve("tree"));
        new Sqlite(target.resolve("shop.db")).assertHolds(database);
    }

    @Test
    void aDiskFilledToTheLastBlockStillReadsAndUnlocks() throws IOException {
        Holdfast holdfast = Holdfast.on(small.resolve("repository"), place.folder(), place.scratch());
        holdfast.run("init");
        Trees.ordinary(place.path("tree"), random);
        String id = holdfast.backup("tree");
        fill();
        holdfast.refused(1, "backup", "tree", "--force");
        // not even a lock can be written now
        Path target = place.path("restored");
        holdfast.run("restore", id, "--no-lock", "--target", target.toString());
        Trees.assertSame(place.path("tree"), target.resolve("tree"));
        Files.delete(small.resolve("ballast"));
        holdfast.run("backup", "tree");
        holdfast.run("check", "--read-data");
    }

    private void fill() throws IOException {
        try (var out = Files.newOutputStream(small.resolve("ballast"))) {
            byte[] block = new byte[4096];
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    @Test
    void aRestoreWithTooLittleRoomIsRefusedBeforeAnythingIsWritten() throws IOException {
        Holdfast holdfast = place.holdfast("repository");
        holdfast.run("init");
        Trees.ordinary(place.path("tree"), random);
        Files.write(place.path("tree/too large"), Trees.bytes(random, 40 * MEBIBYTE));
        holdfast.run("backup", "tree");
        Path target = small.resolve("restored");
        Result refused = holdfast.refused(4, "restore", "--target", target.toString());
        assertThat(refused.err()).contains("MiB");
        assertThat(target).doesNotExist();
    }

    @Test
    void aRestoreThatRunsFullLeavesNothingWrongUnderItsName() throws Exception {
        Holdfast holdfast = place.holdfast("repository");
        holdfast.run("init");
        for (int i = 0; i < 6; i++) {
            Path file = Files.createDirectories(place.path("tree")).resolve("file " + i);
            Files.write(file, Trees.bytes(random, 4 * MEBIBYTE));
        }
        holdfast.run("backup", "tree");
        Path target = small.resolve("restored");
        Result failed;
        try (HoldfastProcess restore =
                holdfast.start("restore", "--target", target.toString(), "--limit-download", "10000")) {
            // there is room at the start; then somebody else takes it
            Await.until("the target", () -> Files.exists(target.resolve("tree")));
            fill();
            failed = Holdfast.finish(restore);
        }
        assertThat(failed.exitCode()).as(failed.all()).isIn(1, 9);
        assertThat(failed.all()).containsIgnoringCase("no space left");
        for (Path file : entries(target.resolve("tree"))) {
            assertThat(Files.mismatch(place.path("tree").resolve(file.getFileName()), file))
                    .as(file.toString())
                    .isEqualTo(-1);
        }
        Files.delete(small.resolve("ballast"));
        holdfast.run("restore", "--target", target.toString(), "--overwrite", "--yes");
        Trees.assertSame(place.path("tree"), target.resolve("tree"));
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.toList();
        }
    }
}
