package holdfast.backup;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.Manifest;
import holdfast.model.Snapshot;
import holdfast.repository.Manifests;
import holdfast.repository.Repository;
import holdfast.source.MadeUpSource;
import holdfast.storage.Copies;
import holdfast.storage.FaultyStorage;
import holdfast.storage.MemoryStorage;
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Goal: what is listed is exactly what was there. Method: made-up trees, read back blob by blob.
class BackupTest {
    @Test
    void whatWasBackedUpIsReadBackByteForByte() throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 1, 60, 20_000_000);
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult result = Backups.backUp(repository, source);

            assertSame(Backups.contents(repository, result.snapshot()), source.contents());
            assertThat(result.summary().filesNew()).isEqualTo(source.contents().size());
            assertThat(result.complete()).isTrue();
            assertThat(result.unchanged()).isFalse();
        }
    }

    @Test
    void aSecondBackupReadsNothingAndStoresNext() throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 2, 40, 3_000_000);
        MemoryStorage storage = new MemoryStorage();
        try (Repository repository = Backups.init(storage)) {
            Backups.backUp(repository, source);
            int opened = source.opened();
            BackupResult second = Backups.backUp(repository, source);

            assertThat(source.opened()).isEqualTo(opened);
            assertThat(second.unchanged()).isTrue();
            assertThat(second.summary().filesUnmodified())
                    .isEqualTo(source.contents().size());
            assertThat(second.summary().dataAddedPacked()).isLessThan(10_000);
            assertSame(Backups.contents(repository, second.snapshot()), source.contents());
        }
    }

    @Test
    void changedAddedAndRemovedFilesAreSeen() throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 3, 40, 3_000_000);
        try (Repository repository = Backups.init(new MemoryStorage())) {
            Backups.backUp(repository, source);
            byte[] big = new byte[5_000_000];
            new Random(5).nextBytes(big);
            source.put("d1/f1", big);
            source.put("new/file", "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            source.remove("d2/f2");
            BackupResult second = Backups.backUp(repository, source);

            assertThat(second.summary().filesChanged()).isEqualTo(1);
            assertThat(second.summary().filesNew()).isEqualTo(1);
            assertThat(second.unchanged()).isFalse();
            assertSame(Backups.contents(repository, second.snapshot()), source.contents());
        }
    }

    @Test
    void whatIsReadInPartsIsOneFile() throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 9, 12, 500_000).inParts(1_000_000);
        byte[] large = new byte[5_500_000];
        new Random(9).nextBytes(large);
        source.put("large", large);
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult first = Backups.backUp(repository, source);
            assertSame(Backups.contents(repository, first.snapshot()), source.contents());
            assertThat(source.opened()).isEqualTo(source.contents().size() + 5);
            source.put("d1/f1", new byte[] {1});
            BackupResult second = Backups.backUp(repository, source);
            assertThat(second.summary().filesChanged()).isEqualTo(1);
            assertSame(Backups.contents(repository, second.snapshot()), source.contents());
        }
    }

    @Test
    void severalSourcesShareOneTreeAndOneManifest() throws IOException {
        MadeUpSource one = MadeUpSource.random("/srv/app/uploads", 4, 10, 100_000);
        MadeUpSource two = MadeUpSource.random("/srv/other", 5, 10, 100_000);
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult result = Backups.backUp(repository, one, two);
            SortedMap<String, byte[]> all = one.contents();
            all.putAll(two.contents());

            assertSame(Backups.contents(repository, result.snapshot()), all);
            Manifest manifest = Manifests.read(repository, result.snapshot()).orElseThrow();
            assertThat(manifest).isEqualTo(result.manifest());
            assertThat(manifest.sources()).extracting("path").containsExactly("/srv/app/uploads", "/srv/other");
        }
    }

    @Test
    void ofWhatWasDiscardedNothingIsThere() throws IOException {
        MadeUpSource first = new MadeUpSource("/srv/app/shop");
        first.put("toc", new byte[] {1});
        first.put("table", new byte[3_000_000]);
        MadeUpSource then = new MadeUpSource("/srv/app/shop");
        then.put("toc", new byte[] {2});
        then.put("another table", new byte[2_000_000]);
        MadeUpSource plain = MadeUpSource.random("/srv/app/uploads", 6, 10, 100_000);
        SortedMap<String, byte[]> expected = then.contents();
        expected.putAll(plain.contents());
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult straight = Backups.backUp(repository, then, plain);
            BackupResult result = Backups.backUp(repository, then.after(first).after(first), plain);
            assertSame(Backups.contents(repository, result.snapshot()), expected);
            assertThat(result.unchanged()).isTrue();
            assertThat(result.manifest().nodes()).isEqualTo(straight.manifest().nodes());
            assertThat(result.summary().totalBytesProcessed())
                    .isEqualTo(straight.summary().totalBytesProcessed());
            assertThat(result.summary().totalFilesProcessed()).isEqualTo(expected.size());
        }
    }

    @Test
    void aDamagedSnapshotIsToldAndStopsNoBackup() throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 7, 10, 100_000);
        MemoryStorage storage = new MemoryStorage();
        try (Repository repository = Backups.init(storage)) {
            Snapshot first = Backups.backUp(repository, source).snapshot();
            storage.delete("snapshots/" + first.id());
            storage.put("snapshots/" + first.id(), ByteBuffer.allocate(100));
            List<String> told = new ArrayList<>();
            repository.tellOfDamage(damaged -> told.add(damaged.getMessage()));
            BackupResult second = Backups.backUp(repository, source);

            assertThat(told).singleElement().asString().contains("snapshots/" + first.id());
            assertSame(Backups.contents(repository, second.snapshot()), source.contents());
        }
    }

    /// Goal: the next backup after packs were lost is whole without anybody's help. Method: each pack in turn, missing
    /// and cut short; the last one holds nothing but the manifest of an unchanged backup.
    @Test
    void whatLayInALostPackIsStoredAnew() throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 8, 10, 100_000);
        MemoryStorage intact = new MemoryStorage();
        try (Repository repository = Backups.init(intact)) {
            Backups.backUp(repository, source);
            Backups.backUp(repository, source);
        }
        List<StoredFile> packs = intact.listAll("data/");
        assertThat(packs).hasSize(4);
        for (StoredFile pack : packs) {
            for (int length : new int[] {-1, 0, (int) pack.bytes() - 1}) {
                MemoryStorage storage = Copies.of(intact);
                storage.delete(pack.name());
                if (length >= 0) {
                    storage.put(pack.name(), intact.get(pack.name(), 0, length));
                }
                try (Repository repository = Backups.open(storage)) {
                    List<String> told = new ArrayList<>();
                    repository.tellOfDamage(damaged -> told.add(damaged.getMessage()));
                    BackupResult result = Backups.backUp(repository, source);
                    assertThat(told).singleElement().asString().contains(pack.name());
                    assertSame(Backups.contents(repository, result.snapshot()), source.contents());
                    assertThat(Manifests.read(repository, result.snapshot())).isPresent();
                }
            }
        }
    }

    /// Goal: no single storage failure leaves a listed snapshot that cannot be read whole, or stops the
    /// next backup. Method: fail call 0, then call 1, … until the backup runs without meeting the
    /// fault.
    @Test
    @Tag("slow")
    void everySnapshotListedIsWholeWhicheverCallFails() throws IOException {
        MemoryStorage once = new MemoryStorage();
        MadeUpSource source = MadeUpSource.random("/srv/app", 6, 12, 2_000_000);
        SortedMap<String, byte[]> before = source.contents();
        try (Repository repository = Backups.init(once)) {
            Backups.backUp(repository, source);
        }
        source.put("d1/f1", new byte[] {1, 2, 3});
        for (int failAt = 0; ; failAt++) {
            MemoryStorage disk = Copies.of(once);
            boolean done = attempt(FaultyStorage.failingCall(disk, failAt), source);
            try (Repository repository = Backups.open(disk)) {
                var snapshots = repository.snapshots();
                assertThat(snapshots).as("fault at call %d", failAt).isNotEmpty();
                assertSame(Backups.contents(repository, snapshots.getFirst()), before);
                for (var later : snapshots.subList(1, snapshots.size())) {
                    assertSame(Backups.contents(repository, later), source.contents());
                }
                BackupResult next = Backups.backUp(repository, source);
                assertSame(Backups.contents(repository, next.snapshot()), source.contents());
            }
            if (done) {
                assertThat(failAt).isGreaterThan(8);
                return;
            }
        }
    }

    private static boolean attempt(FaultyStorage storage, MadeUpSource source) {
        try (Repository repository = Backups.open(storage)) {
            Backups.backUp(repository, source);
            return storage.faults().isEmpty();
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private static void assertSame(Map<String, byte[]> actual, Map<String, byte[]> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        actual.forEach((path, content) ->
                assertThat(Arrays.equals(content, expected.get(path))).as(path).isTrue());
    }
}
