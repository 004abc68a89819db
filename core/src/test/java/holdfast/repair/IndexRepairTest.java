package holdfast.repair;

import static holdfast.repair.Repaired.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.pack.PackedBlob;
import holdfast.repository.IndexEntry;
import holdfast.repository.IndexRewrite;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import holdfast.repository.SampleRepository;
import holdfast.repository.SampleTree;
import holdfast.storage.FaultyStorage;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Goal: whatever happened to the index, it is made of what the packs hold; nothing that restored before is lost,
/// whichever call fails on the way.
class IndexRepairTest {
    private final SampleRepository repository = new SampleRepository();
    private Map<ObjectId, SortedMap<String, byte[]>> contents;

    @BeforeEach
    void twoSnapshots() throws IOException {
        SampleTree tree = new SampleTree().file("/data/a", random(5000, 1)).file("/b", random(2500, 2));
        tree.save(repository.open(), Instant.EPOCH);
        tree.file("/data/c", random(3500, 3)).save(repository.open(), Instant.EPOCH.plusSeconds(60));
        contents = Repaired.restorable(repository.reopen());
        assertThat(contents).hasSize(2);
        assertThat(repository.names("index/")).hasSize(2);
    }

    /// What happens to a file.
    enum Damage {
        MISSING,
        EMPTIED,
        HALVED,
        FLIPPED;

        void apply(SampleRepository repository, String file) throws IOException {
            byte[] before = repository.bytes(file);
            repository.storage().delete(file);
            switch (this) {
                case MISSING -> {}
                case EMPTIED -> repository.replace(file, new byte[0]);
                case HALVED -> repository.replace(file, Arrays.copyOf(before, before.length / 2));
                case FLIPPED -> {
                    before[before.length / 3] ^= 4;
                    repository.replace(file, before);
                }
            }
        }
    }

    private void assertAsBefore() throws IOException {
        Repository open = repository.reopen();
        Repaired.assertNothingLost(contents, open, "after the repair");
        Repaired.assertClean(open);
        assertThat(new IndexRepair(open, new Progress()).plan(true).isEmpty()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedIndexFileIsMadeAnew(Damage damage) throws IOException {
        damage.apply(repository, repository.names("index/").getFirst());
        IndexPlan plan = Repaired.index(repository.reopen());
        assertThat(plan.damagedFiles()).hasSize(damage == Damage.MISSING ? 0 : 1);
        assertThat(plan.added()).hasSize(2);
        assertThat(plan.packsRead()).isEqualTo(2);
        assertAsBefore();
    }

    @ParameterizedTest
    @EnumSource
    void allIndexFilesAreMadeAnew(Damage damage) throws IOException {
        for (String file : repository.names("index/")) {
            damage.apply(repository, file);
        }
        assertThat(Repaired.index(repository.reopen()).added()).hasSize(4);
        assertThat(repository.names("index/")).hasSize(1);
        assertAsBefore();
    }

    @Test
    void aRightIndexStaysAndNoPackIsRead() throws IOException {
        var before = repository.files();
        IndexPlan plan = Repaired.index(repository.reopen());
        assertThat(plan.isEmpty()).isTrue();
        assertThat(plan.packsRead()).isZero();
        assertThat(Repaired.index(repository.reopen(), true).packsRead()).isEqualTo(4);
        assertThat(repository.files()).isEqualTo(before);
    }

    @Test
    void aDamagedMarkGoesAndAGoodOneStays() throws IOException {
        ObjectId pack = repository.open().index().packs().getFirst();
        String good = "marks/" + repository.open().mark(Set.of(pack)).id();
        String bad = "marks/" + repository.reopen().mark(Set.of(pack)).id();
        Damage.FLIPPED.apply(repository, bad);
        List<String> index = repository.names("index/");
        assertThatExceptionOfType(HoldfastException.Damaged.class)
                .isThrownBy(() -> repository.reopen().reloadIndex())
                .satisfies(e -> assertThat(e.hint()).contains("`holdfast repair index`"));
        assertThatExceptionOfType(HoldfastException.PreCheckFailed.class)
                .isThrownBy(() -> new Recovery(repository.reopen(), new Progress()).plan())
                .withMessageContaining("1 damaged mark");
        IndexPlan plan = Repaired.index(repository.reopen());
        assertThat(plan.damagedMarks()).hasSize(1);
        assertThat(plan.isIndexRight()).isTrue();
        assertThat(repository.names("marks/")).containsExactly(good);
        assertThat(repository.names("index/")).isEqualTo(index);
        assertAsBefore();
    }

    @Test
    void aPlanChangesNothing() throws IOException {
        Damage.HALVED.apply(repository, repository.names("index/").getFirst());
        repository.storage().delete(repository.names("data/").getFirst());
        var before = repository.files();
        new IndexRepair(repository.reopen(), new Progress()).plan(true);
        assertThat(repository.files()).isEqualTo(before);
    }

    /// Writes an index that says something else than the packs do.
    private void falsify(Function<List<PackedBlob>, List<PackedBlob>> change) throws IOException {
        Repository open = repository.reopen();
        IndexRewrite rewrite = open.rewriteIndex(open.indexFiles(), () -> {});
        List<IOException> failures = new ArrayList<>();
        open.index().forEachPack((pack, entries) -> {
            try {
                rewrite.add(
                        pack,
                        change.apply(entries.stream().map(IndexEntry::packed).toList()));
            } catch (IOException e) {
                failures.add(e);
            }
        });
        assertThat(failures).isEmpty();
        rewrite.commit();
    }

    private static PackedBlob with(PackedBlob blob, int offset, int length) {
        return new PackedBlob(blob.type(), blob.id(), offset, length, blob.plainLength());
    }

    @Test
    void contradictoryLengthsAreCorrectedFromTheHeaders() throws IOException {
        falsify(blobs -> blobs.stream()
                .map(blob -> with(blob, blob.offset(), blob.length() + 1))
                .toList());
        IndexPlan plan = Repaired.index(repository.reopen());
        assertThat(plan.corrected()).hasSize(4);
        assertThat(plan.added()).isEmpty();
        assertAsBefore();
    }

    @Test
    void whatOverlapsIsCorrectedEvenIfTheSumIsRight() throws IOException {
        falsify(blobs -> {
            List<PackedBlob> swapped = new ArrayList<>(blobs);
            if (blobs.size() > 1) {
                PackedBlob first = blobs.getFirst();
                PackedBlob second = blobs.get(1);
                swapped.set(0, with(first, first.offset(), first.length() + 1));
                swapped.set(1, with(second, second.offset(), second.length() - 1));
            }
            return swapped;
        });
        assertThat(Repaired.index(repository.reopen()).corrected()).isNotEmpty();
        assertAsBefore();
    }

    @Test
    void blobsThatWereForgottenComeBack() throws IOException {
        falsify(blobs -> blobs.subList(0, blobs.size() - 1));
        Repaired.index(repository.reopen());
        assertAsBefore();
    }

    /// Lengths tell nothing here: only the headers know which blob lies where.
    @Test
    void readingAllPacksFindsWhatLengthsDoNotTell() throws IOException {
        falsify(blobs -> {
            List<PackedBlob> wrong = new ArrayList<>(blobs);
            PackedBlob first = blobs.getFirst();
            wrong.set(
                    0, new PackedBlob(first.type(), new ObjectId(1, 2, 3, 4), 0, first.length(), first.plainLength()));
            return wrong;
        });
        assertThat(Repaired.index(repository.reopen()).isEmpty()).isTrue();
        assertThat(Repaired.index(repository.reopen(), true).corrected()).isNotEmpty();
        assertAsBefore();
    }

    @Test
    void missingPacksAreForgottenAndTheOthersStay() throws IOException {
        String lost = repository.names("data/").getFirst();
        repository.storage().delete(lost);
        IndexPlan plan = Repaired.index(repository.reopen());
        assertThat(plan.missing()).containsExactly(ObjectId.parse(lost.substring(5)));
        assertThat(plan.added()).isEmpty();
        assertThat(repository.reopen().index().packs()).hasSize(3).doesNotContainAnyElementsOf(plan.missing());
    }

    /// restic forgets the whole pack here; what is before its end is as good as ever.
    @Test
    void aPackWithoutItsEndKeepsWhatIsBeforeIt() throws IOException {
        ObjectId pack = repository.open().index().packs().getFirst();
        String file = "data/" + pack;
        byte[] bytes = repository.bytes(file);
        repository.replace(file, Arrays.copyOf(bytes, bytes.length / 2));
        Map<ObjectId, SortedMap<String, byte[]>> left = Repaired.restorable(repository.reopen());
        IndexPlan plan = Repaired.index(repository.reopen());
        assertThat(plan.unreadable()).hasSize(1);
        assertThat(plan.unreadable().getFirst().pack()).isEqualTo(pack);
        assertThat(plan.unreadable().getFirst().dropped()).isPositive();
        Repaired.assertNothingLost(left, repository.reopen(), "truncated pack");
        assertThat(Repaired.index(repository.reopen()).isEmpty()).isTrue();
    }

    /// Under a lock that keeps other repairs away but not backups.
    @Test
    void whatABackupAddsMeanwhileStays() throws IOException {
        Damage.HALVED.apply(repository, repository.names("index/").getFirst());
        Repository open = repository.reopen();
        try (Lock lock = SampleRepository.exclusive(open)) {
            IndexRepair repair = new IndexRepair(open, new Progress());
            IndexPlan plan = repair.plan(false);
            IndexRewrite added = SampleRepository.open(repository.storage()).rewriteIndex(List.of(), () -> {});
            added.add(
                    new ObjectId(1, 2, 3, 4),
                    List.of(new PackedBlob(BlobType.DATA, new ObjectId(5, 6, 7, 8), 0, 40, 0)));
            added.commit();
            repair.apply(plan, lock);
        }
        assertThat(repository.reopen().index().find(BlobType.DATA, new ObjectId(5, 6, 7, 8)))
                .isNotNull();
    }

    @Test
    void nothingIsLostWhicheverCallFails() throws IOException {
        Damage.HALVED.apply(repository, repository.names("index/").getFirst());
        Map<ObjectId, SortedMap<String, byte[]>> before = Repaired.restorable(repository.reopen());
        for (int number = 0; ; number++) {
            for (boolean forGood : new boolean[] {true, false}) {
                SampleRepository copy = repository.copy();
                FaultyStorage storage = forGood
                        ? FaultyStorage.failingFrom(copy.storage(), number)
                        : FaultyStorage.losingAnswer(copy.storage(), number);
                try {
                    Repaired.index(SampleRepository.open(storage));
                } catch (IOException | HoldfastException e) {
                    assertThat(storage.faults()).isNotEmpty();
                }
                Repository next = copy.reopen();
                Repaired.assertNothingLost(before, next, "call " + number);
                next.locks().removeAll();
                Repaired.index(next);
                Repaired.assertNothingLost(contents, copy.reopen(), "repaired after call " + number);
                Repaired.assertClean(copy.open());
                if (storage.faults().isEmpty()) {
                    return;
                }
            }
        }
    }
}
