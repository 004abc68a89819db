package holdfast.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.backup.BackupResult;
import holdfast.backup.Backups;
import holdfast.extract.PathFilter;
import holdfast.io.posix.HostFiles;
import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.repository.Repository;
import holdfast.source.MadeUpSource;
import holdfast.storage.FaultyStorage;
import holdfast.storage.MemoryStorage;
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: what is restored is what was backed up, and nothing wrong ever stands under a restored name.
class RestoreTest {
    @TempDir
    Path folder;

    @Test
    void aWholeSnapshotIsRestoredBelowATarget() throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 1, 50, 6_000_000);
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult backup = Backups.backUp(repository, source);
            Path target = folder.resolve("out");
            RestoreResult result = run(repository, backup, into(target, false, false));

            assertThat(result.passed()).isTrue();
            assertThat(result.checks()).isNotEmpty();
            assertSame(files(target.resolve("app")), source.contents(), "/srv/app");
        }
    }

    @Test
    void sourcesOfDifferentFoldersKeepTheirPlacesBelowTheirCommonFolder() throws IOException {
        MadeUpSource one = MadeUpSource.random("/srv/app/uploads", 2, 5, 10_000);
        MadeUpSource two = MadeUpSource.random("/srv/etc", 3, 5, 10_000);
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult backup = Backups.backUp(repository, one, two);
            run(repository, backup, into(folder.resolve("out"), false, false));

            assertSame(files(folder.resolve("out/app/uploads")), one.contents(), "/srv/app/uploads");
            assertSame(files(folder.resolve("out/etc")), two.contents(), "/srv/etc");
        }
    }

    @Test
    void aFilledTargetIsRefusedAndUntouched() throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 4, 5, 10_000);
        Files.createDirectories(folder.resolve("out"));
        Files.writeString(folder.resolve("out/mine"), "precious");
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult backup = Backups.backUp(repository, source);
            assertThatThrownBy(() -> run(repository, backup, into(folder.resolve("out"), false, false)))
                    .isInstanceOf(HoldfastException.PreCheckFailed.class)
                    .hasMessageContaining("not empty");
            assertThat(folder.resolve("out"))
                    .isDirectoryContaining("glob:**/mine")
                    .isDirectoryNotContaining("glob:**/app");
        }
    }

    @Test
    void anEmptyTargetHoldsNothingThatCouldBeReplaced() throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 4, 5, 10_000);
        Path target = Files.createDirectories(folder.resolve("out"));
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult backup = Backups.backUp(repository, source);
            var part = new RestoreRequest.Destination.Part("/srv/app", target.toString());
            RestoreRequest request = new RestoreRequest(part, PathFilter.ALL, false, false, true, false);
            Restore restore = restore(repository);
            assertThat(restore.plan(backup.snapshot(), request).replaces()).isFalse();
            Files.writeString(target.resolve("mine"), "precious");
            RestoreRequest over = new RestoreRequest(part, PathFilter.ALL, false, true, true, false);
            assertThat(restore.plan(backup.snapshot(), over).replaces()).isTrue();
        }
    }

    @Test
    void deltaWritesOnlyWhatDiffers() throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 5, 40, 6_000_000);
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult backup = Backups.backUp(repository, source);
            Path target = folder.resolve("out");
            run(repository, backup, into(target, false, false));
            Path touched = target.resolve("app/d1/f1");
            Files.write(touched, "rubbish".getBytes(StandardCharsets.UTF_8));
            Files.delete(target.resolve("app/d4/f4"));
            RestoreResult result = run(repository, backup, into(target, true, false));

            long all = result.plan().tree().bytes();
            assertThat(result.extracted().writtenBytes() + result.extracted().keptBytes())
                    .isEqualTo(all);
            assertThat(result.extracted().keptBytes()).isGreaterThan(all / 2);
            assertThat(result.passed()).isTrue();
            assertSame(files(target.resolve("app")), source.contents(), "/srv/app");
        }
    }

    @Test
    void onlyIncludedPathsAreRestored() throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 6, 40, 10_000);
        PathFilter onlyD1 = (path, directory) -> path.startsWith("/srv/app/d1")
                ? PathFilter.Choice.TAKE
                : directory ? PathFilter.Choice.DESCEND : PathFilter.Choice.LEAVE;
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult backup = Backups.backUp(repository, source);
            RestoreRequest request = new RestoreRequest(
                    new RestoreRequest.Destination.Directory(
                            folder.resolve("out").toString()),
                    onlyD1,
                    false,
                    false,
                    true,
                    false);
            run(repository, backup, request);
            SortedMap<String, byte[]> expected = new TreeMap<>(source.contents());
            expected.keySet().removeIf(path -> !path.startsWith("/srv/app/d1"));
            assertThat(expected).isNotEmpty();
            assertSame(files(folder.resolve("out/app")), expected, "/srv/app");
        }
    }

    /// Method: fail every storage call in turn; what stands under a restored name must be right all the
    /// same.
    @Test
    void nothingWrongStandsUnderARestoredNameWhicheverCallFails() throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 7, 12, 2_000_000);
        MemoryStorage disk = new MemoryStorage();
        BackupResult backup;
        try (Repository repository = Backups.init(disk)) {
            backup = Backups.backUp(repository, source);
        }
        for (int failAt = 0; ; failAt++) {
            FaultyStorage storage = FaultyStorage.failingCall(disk, failAt);
            Path target = folder.resolve("out" + failAt);
            try (Repository repository = Backups.open(storage)) {
                run(repository, backup, into(target, false, false));
            } catch (IOException | HoldfastException e) {
                assertThat(e).as("fault at call %d", failAt).hasMessageNotContaining("null");
            }
            if (Files.exists(target.resolve("app"))) {
                SortedMap<String, byte[]> restored = files(target.resolve("app"));
                restored.keySet().removeIf(path -> path.contains("/.holdfast-restore-"));
                for (Map.Entry<String, byte[]> file : restored.entrySet()) {
                    assertThat(source.contents().get("/srv/app" + file.getKey()))
                            .as("fault at call %d: %s", failAt, file.getKey())
                            .isEqualTo(file.getValue());
                }
            }
            if (storage.faults().isEmpty()) {
                assertSame(files(target.resolve("app")), source.contents(), "/srv/app");
                assertThat(failAt).isGreaterThan(5);
                return;
            }
        }
    }

    /// Method: every file has several chunks, of which a flipped bit spoils one.
    @Test
    void ofAFileThatIsDamagedNothingIsLeft() throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 9, 1, 100);
        byte[] content = new byte[12_000_000];
        new Random(9).nextBytes(content);
        source.put("large", content);
        MemoryStorage disk = new MemoryStorage();
        BackupResult backup;
        try (Repository repository = Backups.init(disk)) {
            backup = Backups.backUp(repository, source);
        }
        StoredFile pack = disk.listAll("data/").stream()
                .max(Comparator.comparingLong(StoredFile::bytes))
                .orElseThrow();
        byte[] bytes = new byte[(int) pack.bytes()];
        disk.get(pack.name()).get(bytes);
        bytes[bytes.length / 2] ^= 1;
        disk.delete(pack.name());
        disk.put(pack.name(), ByteBuffer.wrap(bytes));
        Path target = folder.resolve("out");
        try (Repository repository = Backups.open(disk)) {
            RestoreResult result = run(repository, backup, into(target, false, false));

            assertThat(result.extracted().failures()).hasSize(1);
            assertThat(files(target).keySet())
                    .isNotEmpty()
                    .noneMatch(path -> path.contains("large") || path.contains(".holdfast-restore-"));
        }
    }

    @Test
    void withoutItsManifestASnapshotIsRestoredAsATreeAndTheLossIsTheOnlyFinding() throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 8, 10, 100_000);
        MemoryStorage disk = new MemoryStorage();
        BackupResult backup;
        try (Repository repository = Backups.init(disk)) {
            Backups.backUp(repository, source);
            backup = Backups.backUp(repository, source); // its data is its manifest alone
            disk.delete("data/" + packOfTheManifest(repository, backup));
        }
        Path target = folder.resolve("out");
        try (Repository repository = Backups.open(disk)) {
            RestoreResult result = run(repository, backup, into(target, false, false));

            assertThat(result.passed()).isFalse();
            assertThat(result.extracted().failures())
                    .singleElement()
                    .satisfies(failure -> assertThat(failure.path()).isEqualTo(target.resolve(Manifest.NAME) + ""));
            assertThat(result.checks()).isEmpty();
            assertSame(files(target), source.contents(), "");
            var inPlace = new RestoreRequest(
                    new RestoreRequest.Destination.InPlace(), PathFilter.ALL, false, false, true, false);
            assertThatThrownBy(() -> run(repository, backup, inPlace)).isInstanceOf(HoldfastException.Damaged.class);
        }
    }

    private static ObjectId packOfTheManifest(Repository repository, BackupResult backup) throws IOException {
        Node manifest = repository.loadTree(backup.snapshot().tree()).nodes().stream()
                .filter(node -> node.name().equals(Manifest.NAME))
                .findFirst()
                .orElseThrow();
        return Objects.requireNonNull(repository
                        .index()
                        .find(BlobType.DATA, manifest.content().getFirst()))
                .pack();
    }

    private static RestoreRequest into(Path target, boolean delta, boolean overwrite) {
        return new RestoreRequest(
                new RestoreRequest.Destination.Directory(target.toString()),
                PathFilter.ALL,
                delta,
                overwrite,
                true,
                false);
    }

    private static RestoreResult run(Repository repository, BackupResult backup, RestoreRequest request)
            throws IOException {
        Restore restore = restore(repository);
        return restore.run(restore.plan(backup.snapshot(), request));
    }

    private static Restore restore(Repository repository) {
        return new Restore(repository, HostFiles.system(), Map.of(), Map.of(), false, Backups.CLOCK, new Progress());
    }

    private static SortedMap<String, byte[]> files(Path root) throws IOException {
        SortedMap<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put("/" + root.relativize(file), Files.readAllBytes(file));
            }
        }
        return files;
    }

    private static void assertSame(Map<String, byte[]> restored, Map<String, byte[]> source, String root) {
        assertThat(restored.keySet().stream().map(path -> root + path))
                .containsExactlyInAnyOrderElementsOf(source.keySet());
        restored.forEach((path, content) -> assertThat(Arrays.equals(content, source.get(root + path)))
                .as(path)
                .isTrue());
    }
}
