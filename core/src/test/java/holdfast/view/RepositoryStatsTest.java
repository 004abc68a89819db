package holdfast.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import holdfast.model.Snapshot;
import holdfast.repository.SampleRepository;
import holdfast.repository.SampleTree;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepositoryStatsTest {
    private final SampleRepository repository = new SampleRepository();
    private final SampleTree tree = new SampleTree()
            .file("/a/one", "1".repeat(1500))
            .file("/a/again", "1".repeat(1500))
            .file("/b/two", "2".repeat(300))
            .linked("/b/hard", "linked", 42)
            .linked("/c/hard", "linked", 42)
            .folder("/c/empty")
            .symlink("/c/link", "empty");

    private Stats measure(StatsMode mode, Snapshot... snapshots) throws IOException {
        return new RepositoryStats(repository.open()).measure(List.of(snapshots), mode);
    }

    @Test
    void restoreSizeCountsHardLinksOncePerSnapshot() throws IOException {
        Snapshot first = tree.save(repository.open(), Instant.EPOCH);
        Stats one = measure(StatsMode.RESTORE_SIZE, first);
        assertThat(one.bytes()).isEqualTo(1500 + 1500 + 300 + 6);
        assertThat(one.files()).isEqualTo(5);
        assertThat(one.entries()).isEqualTo(10);
        Snapshot second = tree.file("/d/more", "more").save(repository.open(), Instant.EPOCH.plusSeconds(1));
        Stats both = measure(StatsMode.RESTORE_SIZE, first, second);
        assertThat(both.snapshots()).isEqualTo(2);
        assertThat(both.bytes()).isEqualTo(2 * one.bytes() + 4);
        assertThat(both.entries()).isEqualTo(22);
    }

    @Test
    void equalContentCountsOnce() throws IOException {
        Snapshot first = tree.save(repository.open(), Instant.EPOCH);
        Snapshot second = tree.file("/d/new", "2".repeat(300)).save(repository.open(), Instant.EPOCH.plusSeconds(1));
        Stats stats = measure(StatsMode.FILES_BY_CONTENTS, first, second);
        assertThat(stats.files()).isEqualTo(3);
        assertThat(stats.bytes()).isEqualTo(1500 + 300 + 6);
    }

    @Test
    void rawDataIsWhatTheBlobsTakeInTheRepository() throws IOException {
        Snapshot snapshot = tree.save(repository.open(), Instant.EPOCH);
        Stats stats = measure(StatsMode.RAW_DATA, snapshot);
        // data: 1000 and 500 times "1", 300 times "2", "linked"; trees: root, a, b, c, empty
        assertThat(stats.blobs()).isEqualTo(4 + 5);
        assertThat(stats.bytes()).isGreaterThan(1500 + 300 + 6);
        assertThat(stats.storedBytes()).isLessThan(stats.bytes()).isGreaterThan(9 * 32);
        assertThat(stats.compressionRatio()).isCloseTo((double) stats.bytes() / stats.storedBytes(), within(0.001));
        long packs = StorageUse.of(repository.storage()).kind("data").bytes();
        assertThat(stats.storedBytes()).isLessThan(packs).isGreaterThan(packs - 9 * 41 - 2 * 36 - 1);
    }

    @Test
    void blobsPerFileCountsABlobOncePerPath() throws IOException {
        Snapshot first = tree.save(repository.open(), Instant.EPOCH);
        Snapshot second = tree.file("/d/new", "2".repeat(300))
                .file("/a/again", "1".repeat(1100))
                .save(repository.open(), Instant.EPOCH.plusSeconds(1));
        Stats stats = measure(StatsMode.BLOBS_PER_FILE, first, second);
        // /a/one, /c/hard and /d/new have the content of others; a blob of /a/again is in both snapshots
        assertThat(stats.files()).isEqualTo(4);
        assertThat(stats.blobs()).isEqualTo(2 + 1 + 1 + 1);
        assertThat(stats.bytes()).isEqualTo(1500 + 300 + 6 + 100);
    }

    @Test
    void nothingIsMeasuredAsNothing() throws IOException {
        for (StatsMode mode : StatsMode.values()) {
            assertThat(measure(mode)).isEqualTo(new Stats(mode, 0, 0, 0, 0, 0, 0));
            assertThat(StatsMode.of(mode.label())).contains(mode);
        }
        assertThat(measure(StatsMode.RAW_DATA).compressionRatio()).isEqualTo(1);
    }

    @Test
    void theStorageIsCountedByKind() throws IOException {
        tree.save(repository.open(), Instant.EPOCH);
        StorageUse use = StorageUse.of(repository.storage());
        assertThat(use.kind("data").files()).isEqualTo(2);
        assertThat(use.kind("snapshots").files()).isEqualTo(1);
        assertThat(use.kind("keys").files()).isEqualTo(1);
        assertThat(use.bytes() + repository.bytes("config").length).isEqualTo(repository.storedBytes());
    }
}
