package holdfast.repair;

import static holdfast.repair.Repaired.random;
import static org.assertj.core.api.Assertions.assertThat;

import holdfast.backup.Backups;
import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.repository.BlobWriter;
import holdfast.repository.IndexEntry;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import holdfast.repository.SampleRepository;
import holdfast.repository.SampleTree;
import holdfast.repository.WriterOptions;
import holdfast.storage.FaultyStorage;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Goal: what no snapshot names comes back in one snapshot, to the byte, and what is named stays where it is.
class RecoveryTest {
    private static final Recovery.Origin ORIGIN =
            new Recovery.Origin("web", "ann", 0, 0, "holdfast test", Instant.parse("2026-03-01T00:00:00Z"));

    private final SampleRepository repository = new SampleRepository();
    private Snapshot kept;
    private Snapshot lost;

    @BeforeEach
    void twoSnapshots() throws IOException {
        kept = new SampleTree().file("/data/a", random(3000, 1)).save(repository.open(), Instant.EPOCH);
        lost = new SampleTree()
                .file("/data/a", random(3000, 1))
                .file("/deep/er/b", random(2500, 2))
                .save(repository.open(), Instant.EPOCH.plusSeconds(60));
    }

    private static Optional<Snapshot> recover(Repository open) throws IOException {
        try (Lock lock = SampleRepository.exclusive(open)) {
            Recovery recovery = new Recovery(open, new Progress());
            return recovery.apply(recovery.plan(), ORIGIN, lock);
        }
    }

    /// As it comes back: below a folder of its own.
    private static SortedMap<String, byte[]> below(ObjectId root, Map<String, byte[]> files) {
        SortedMap<String, byte[]> below = new TreeMap<>();
        files.forEach((path, content) -> below.put("/" + root.brief() + path, content));
        return below;
    }

    @Test
    void thereIsNothingToRecoverWhereAllIsNamed() throws IOException {
        var files = repository.files();
        assertThat(recover(repository.reopen())).isEmpty();
        assertThat(repository.files()).isEqualTo(files);
    }

    @Test
    void aLostSnapshotComesBack() throws IOException {
        SortedMap<String, byte[]> files = Backups.contents(repository.open(), lost);
        repository.storage().delete("snapshots/" + lost.id());
        Snapshot recovered = recover(repository.reopen()).orElseThrow();
        assertThat(recovered.tags()).containsExactly("recovered");
        assertThat(recovered.paths()).containsExactly("/recover");
        assertThat(recovered.host()).isEqualTo("web");
        assertThat(Repaired.same(Backups.contents(repository.reopen(), recovered), below(lost.tree(), files)))
                .isTrue();
        assertThat(repository.open().snapshots()).containsExactly(kept, recovered);
        Repaired.assertClean(repository.open());
        assertThat(recover(repository.reopen())).as("all of it has a name now").isEmpty();
    }

    @Test
    void soDoesWhatADamagedSnapshotFileNamed() throws IOException {
        repository.flip("snapshots/" + lost.id(), 40);
        assertThat(recover(repository.reopen())).isPresent();
    }

    @Test
    void severalAreSideBySide() throws IOException {
        SortedMap<String, byte[]> expected = below(lost.tree(), Backups.contents(repository.open(), lost));
        expected.putAll(below(kept.tree(), Backups.contents(repository.open(), kept)));
        repository.storage().delete("snapshots/" + lost.id());
        repository.storage().delete("snapshots/" + kept.id());
        Snapshot recovered = recover(repository.reopen()).orElseThrow();
        assertThat(Repaired.same(Backups.contents(repository.reopen(), recovered), expected))
                .isTrue();
    }

    @Test
    void whatAnInterruptedBackupLeftComesBackToo() throws IOException {
        SampleTree tree = new SampleTree().file("/new", random(1500, 7));
        try (BlobWriter writer = repository.open().writer(WriterOptions.standard(() -> {}, new Progress()))) {
            tree.write(writer);
            writer.finish();
        }
        Snapshot recovered = recover(repository.reopen()).orElseThrow();
        assertThat(Backups.contents(repository.reopen(), recovered)).hasSize(1);
        Repaired.assertClean(repository.open());
    }

    /// Else the new snapshot would be a damaged one, and hinder every prune.
    @Test
    void whatIsLostOfItIsLeftOut() throws IOException {
        IndexEntry blob = repository.blob(lost, "/deep/er/b", 1);
        repository.flip("data/" + blob.pack(), blob.offset() + 20);
        repository.storage().delete("snapshots/" + lost.id());
        Repaired.packs(repository.reopen(), List.of(blob.pack()), false);
        Snapshot recovered = recover(repository.reopen()).orElseThrow();
        assertThat(repository
                        .node(recovered, "/" + lost.tree().brief() + "/deep/er/b")
                        .size())
                .isEqualTo(1500);
        Repaired.assertClean(repository.reopen());
        assertThat(recover(repository.reopen())).as("nothing new").isEmpty();
    }

    @Test
    void aTreeThatCannotBeReadIsNamed() throws IOException {
        ObjectId folder = repository.folder(lost, "/deep");
        ObjectId below = repository.folder(lost, "/deep/er");
        IndexEntry tree = repository.entry(BlobType.TREE, folder);
        repository.flip("data/" + tree.pack(), tree.offset() + 20);
        Recovery.Plan plan = new Recovery(repository.reopen(), new Progress()).plan();
        assertThat(plan.unreadable()).containsExactly(folder);
        // what was below it is named by nobody any more
        assertThat(plan.found()).extracting(Recovery.Found::tree).contains(below);
    }

    @Test
    void nothingIsLostWhicheverCallFails() throws IOException {
        repository.storage().delete("snapshots/" + lost.id());
        Map<ObjectId, SortedMap<String, byte[]>> before = Repaired.restorable(repository.reopen());
        for (FaultyStorage.Trouble trouble : FaultyStorage.Trouble.values()) {
            for (int number = 0; ; number++) {
                SampleRepository copy = repository.copy();
                FaultyStorage storage = trouble.over(copy.storage(), number);
                try {
                    recover(SampleRepository.open(storage));
                } catch (IOException | HoldfastException e) {
                    assertThat(storage.faults()).isNotEmpty();
                }
                Repository next = copy.reopen();
                Repaired.assertNothingLost(before, next, trouble + " at call " + number);
                next.locks().removeAll();
                Repaired.index(next);
                recover(next);
                assertThat(copy.reopen().snapshots()).hasSizeBetween(2, 3);
                Repaired.assertClean(copy.open());
                if (storage.faults().isEmpty()) {
                    break;
                }
            }
        }
    }
}
