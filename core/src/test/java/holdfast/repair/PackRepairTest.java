package holdfast.repair;

import static holdfast.repair.Repaired.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.repository.IndexEntry;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import holdfast.repository.SampleRepository;
import holdfast.repository.SampleTree;
import holdfast.storage.FaultyStorage;
import holdfast.storage.FaultyStorage.Fault;
import holdfast.storage.FaultyStorage.Operation;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Goal: what is intact of a damaged pack is saved before the pack goes, and only what is broken is lost.
class PackRepairTest {
    private final SampleRepository repository = new SampleRepository();
    private Snapshot first;
    private Snapshot second;
    private Map<ObjectId, SortedMap<String, byte[]>> contents;

    @BeforeEach
    void twoSnapshots() throws IOException {
        first = new SampleTree()
                .file("/data/a", random(5000, 1))
                .file("/b", random(2500, 2))
                .save(repository.open(), Instant.EPOCH);
        second = new SampleTree().file("/c", random(3500, 3)).save(repository.open(), Instant.EPOCH.plusSeconds(60));
        contents = Repaired.restorable(repository.reopen());
    }

    private static String file(IndexEntry entry) {
        return "data/" + entry.pack();
    }

    @Test
    void aSoundRepositoryHasNothingToRepair() throws IOException {
        var before = repository.files();
        assertThat(Repaired.packs(repository.reopen(), List.of(), true))
                .isEqualTo(new PackRepairResult(0, 0, List.of(), List.of()));
        assertThat(repository.files()).isEqualTo(before);
    }

    @Test
    void oneFlippedBitCostsOneBlob() throws IOException {
        IndexEntry broken = repository.blob(first, "/data/a", 2);
        repository.flip(file(broken), broken.offset() + 20);
        assertThat(Repaired.packs(repository.reopen(), List.of(), false).removed())
                .as("lengths tell nothing")
                .isEmpty();
        PackRepairResult result = Repaired.packs(repository.reopen(), List.of(), true);
        assertThat(result.removed()).containsExactly(broken.pack());
        assertThat(result.lost()).isEqualTo(1);
        assertThat(result.salvaged()).isEqualTo(7);
        Repository open = repository.reopen();
        assertThat(repository.names("data/")).doesNotContain(file(broken));
        assertThat(Repaired.restorable(open)).containsOnlyKeys(second.tree());
        assertThat(Repaired.snapshots(open, true)).hasSize(1);
        Repaired.assertClean(repository.reopen());
    }

    @Test
    void aBrokenHeaderCostsNothing() throws IOException {
        ObjectId pack = repository.blob(first, "/b", 0).pack();
        repository.flip("data/" + pack, repository.bytes("data/" + pack).length - 20);
        PackRepairResult result = Repaired.packs(repository.reopen(), List.of(pack), false);
        assertThat(result.lost()).isZero();
        Repaired.assertNothingLost(contents, repository.reopen(), "broken header");
        Repaired.assertClean(repository.open());
    }

    @Test
    void ofATruncatedPackAllBeforeItsEndIsSaved() throws IOException {
        IndexEntry last = repository.blob(first, "/data/a", 0);
        String file = file(last);
        byte[] bytes = repository.bytes(file);
        repository.replace(file, Arrays.copyOf(bytes, bytes.length * 2 / 3));
        Repaired.index(repository.reopen());
        PackRepairResult result = Repaired.packs(repository.reopen(), List.of(), false);
        assertThat(result.removed()).containsExactly(last.pack());
        assertThat(result.salvaged()).isBetween(4L, 6L);
        Repaired.snapshots(repository.reopen(), true);
        Repaired.assertClean(repository.reopen());
        assertThat(Repaired.restorable(repository.open()))
                .containsKey(second.tree())
                .hasSize(2);
    }

    @Test
    void anotherCopyOfABrokenBlobIsEnough() throws IOException {
        IndexEntry broken = repository.blob(first, "/data/a", 2);
        String file = file(broken);
        byte[] good = repository.bytes(file);
        // all of the pack is stored once more, and then the first form of it comes back, broken
        Repaired.packs(repository.reopen(), List.of(broken.pack()), false);
        repository.storage().put(file, java.nio.ByteBuffer.wrap(good));
        Repaired.index(repository.reopen());
        repository.flip(file, broken.offset() + 20);
        PackRepairResult result = Repaired.packs(repository.reopen(), List.of(), true);
        assertThat(result.removed()).containsExactly(broken.pack());
        assertThat(result.lost()).isZero();
        Repaired.assertNothingLost(contents, repository.reopen(), "two copies");
        Repaired.assertClean(repository.open());
    }

    @Test
    void everyPackThatGoesIsHandedOverBefore() throws IOException {
        IndexEntry broken = repository.blob(first, "/data/a", 2);
        repository.flip(file(broken), broken.offset() + 20);
        byte[] bytes = repository.bytes(file(broken));
        Map<ObjectId, byte[]> copies = new HashMap<>();
        Repository open = repository.reopen();
        try (Lock lock = SampleRepository.exclusive(open)) {
            PackRepair repair = new PackRepair(open, new Progress());
            repair.apply(
                    repair.plan(List.of(broken.pack()), false),
                    (pack, content) -> {
                        byte[] copy = new byte[content.remaining()];
                        content.get(copy);
                        copies.put(pack, copy);
                    },
                    lock);
        }
        assertThat(copies).containsOnlyKeys(broken.pack());
        assertThat(copies.get(broken.pack())).isEqualTo(bytes);
    }

    @Test
    void withoutARightIndexNothingIsTouched() throws IOException {
        repository.replace(repository.names("index/").getFirst(), new byte[10]);
        var before = repository.files();
        Repository open = repository.reopen();
        assertThatExceptionOfType(HoldfastException.PreCheckFailed.class)
                .isThrownBy(() -> new PackRepair(open, new Progress()).plan(List.of(), true))
                .satisfies(refusal -> assertThat(refusal.hint()).contains("holdfast repair index"));
        assertThat(repository.files()).isEqualTo(before);
    }

    @Test
    void aPackThatTheStorageDoesNotGiveStaysAsItIs() throws IOException {
        IndexEntry entry = repository.blob(first, "/data/a", 2);
        FaultyStorage storage = FaultyStorage.whenever(
                repository.storage(),
                call -> call.operation() == Operation.GET_RANGE && call.name().equals(file(entry)),
                Fault.REFUSE);
        PackRepairResult result = Repaired.packs(SampleRepository.open(storage), List.of(entry.pack()), false);
        assertThat(result.removed()).isEmpty();
        assertThat(result.kept())
                .hasSize(1)
                .first()
                .asString()
                .contains(entry.pack().hex());
        Repaired.assertNothingLost(contents, repository.reopen(), "unreadable pack");
        Repaired.assertClean(repository.open());
    }

    @Test
    void nothingIntactIsLostWhicheverCallFails() throws IOException {
        IndexEntry broken = repository.blob(first, "/data/a", 2);
        repository.flip(file(broken), broken.offset() + 20);
        Map<ObjectId, SortedMap<String, byte[]>> before = Repaired.restorable(repository.reopen());
        for (FaultyStorage.Trouble trouble : FaultyStorage.Trouble.values()) {
            for (int number = 0; ; number++) {
                SampleRepository copy = repository.copy();
                FaultyStorage storage = trouble.over(copy.storage(), number);
                try {
                    Repaired.packs(SampleRepository.open(storage), List.of(broken.pack()), false);
                } catch (IOException | HoldfastException e) {
                    assertThat(storage.faults()).isNotEmpty();
                }
                Repository next = copy.reopen();
                Repaired.assertNothingLost(before, next, trouble + " at call " + number);
                next.locks().removeAll();
                Repaired.index(next);
                PackRepairResult result = Repaired.packs(next, List.of(), true);
                assertThat(result.lost()).isLessThanOrEqualTo(1);
                Repaired.snapshots(copy.reopen(), true);
                Repaired.assertClean(copy.reopen());
                // of /data/a one blob is lost, of /b nothing
                Snapshot repaired = copy.open().snapshots().getFirst();
                assertThat(copy.node(repaired, "/data/a").content()).hasSize(4);
                assertThat(copy.node(repaired, "/b")).isEqualTo(repository.node(first, "/b"));
                if (storage.faults().isEmpty()) {
                    break;
                }
            }
        }
    }
}
