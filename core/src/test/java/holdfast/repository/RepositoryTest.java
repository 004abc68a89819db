package holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.crypto.Key;
import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Proof;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.storage.FaultyStorage;
import holdfast.storage.MemoryStorage;
import holdfast.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RepositoryTest {
    private final Storage storage = new MemoryStorage();

    @Test
    void whatWasWrittenIsReadBackByWhoeverOpensTheRepositoryLater() throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            files.add(i % 3 == 0 ? new byte[i + 1] : Repositories.noise(i, 1 + 997 * i));
        }
        Snapshot saved;
        try (Repository repository = Repositories.init(storage)) {
            saved = Repositories.backUp(repository, files);
            assertThat(Repositories.restore(repository, saved))
                    .usingElementComparator(Bytes.ORDER)
                    .isEqualTo(files);
        }
        try (Repository repository = Repositories.open(storage)) {
            assertThat(repository.snapshots()).containsExactly(saved);
            assertThat(Repositories.restore(repository, saved))
                    .usingElementComparator(Bytes.ORDER)
                    .isEqualTo(files);
        }
    }

    @Test
    void storingTheSameAgainAddsNothing() throws IOException {
        List<byte[]> files = List.of(Repositories.noise(1, 100_000), new byte[70_000], Repositories.noise(2, 10));
        try (Repository repository = Repositories.init(storage)) {
            Snapshot first = Repositories.backUp(repository, files);
            long packs = count(Kinds.DATA);
            try (BlobWriter writer = repository.writer(Repositories.options())) {
                assertThat(Repositories.write(writer, files)).isEqualTo(first.tree());
                writer.finish();
                assertThat(writer.addedBytes() + writer.storedBytes() + writer.dataBlobs() + writer.treeBlobs())
                        .isZero();
            }
            assertThat(count(Kinds.DATA)).isEqualTo(packs);
            assertThat(count(Kinds.INDEX)).isEqualTo(1);
        }
    }

    private long count(String kind) throws IOException {
        try (var files = storage.list(kind)) {
            return files.count();
        }
    }

    @Test
    void theErrorsOfOpeningAreToldApart() throws IOException {
        assertThatThrownBy(() -> Repositories.open(storage)).isInstanceOf(HoldfastException.NoRepository.class);
        assertThat(Repository.exists(storage)).isFalse();
        Repositories.init(storage).close();
        assertThat(Repository.exists(storage)).isTrue();
        assertThatThrownBy(() -> Repository.open(storage, Password.of("wrong"), Repositories.CLOCK))
                .isInstanceOf(HoldfastException.WrongPassword.class);
        assertThatThrownBy(() -> Repositories.init(storage))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("there is one already");
        Repositories.open(storage).close();
    }

    @Test
    void aRepositoryThatLostItsConfigurationIsNotTakenForNone() throws IOException {
        try (Repository repository = Repositories.init(storage)) {
            Repositories.backUp(repository, List.of(new byte[5]));
        }
        storage.delete(Kinds.CONFIG);
        assertThatThrownBy(() -> Repository.requireExisting(storage))
                .isInstanceOf(HoldfastException.Damaged.class)
                .hasMessageContaining("config")
                .hasMessageContaining("there are snapshots");
        assertThatThrownBy(() -> Repositories.open(storage)).isInstanceOf(HoldfastException.Damaged.class);
        assertThatThrownBy(() -> Repositories.init(storage)).isInstanceOf(HoldfastException.PreCheckFailed.class);
    }

    @Test
    void ofRacingInitsOneMakesARepositoryAndTheOthersLeaveNothing() throws Exception {
        for (int round = 0; round < 10; round++) {
            Storage shared = new MemoryStorage();
            CyclicBarrier barrier = new CyclicBarrier(4);
            Callable<Boolean> init = () -> {
                barrier.await();
                try {
                    Repositories.init(shared).close();
                    return true;
                } catch (HoldfastException.PreCheckFailed e) {
                    return false;
                }
            };
            int made = 0;
            try (var pool = Executors.newFixedThreadPool(4)) {
                for (Future<Boolean> one : pool.invokeAll(List.of(init, init, init, init))) {
                    made += one.get() ? 1 : 0;
                }
            }
            assertThat(made).isEqualTo(1);
            try (var keys = shared.list(Kinds.KEYS)) {
                assertThat(keys).hasSize(1);
            }
            Repositories.open(shared).close();
        }
    }

    @Test
    void aDamagedSnapshotIsReportedByNameAndHidesNoOther() throws IOException {
        try (Repository repository = Repositories.init(storage)) {
            Snapshot good = Repositories.backUp(repository, List.of(new byte[5]));
            byte[] junk = Repositories.noise(1, 300);
            ObjectId broken = ObjectId.hash(junk);
            storage.put(Kinds.SNAPSHOTS + broken.hex(), ByteBuffer.wrap(junk));
            List<String> told = new ArrayList<>();
            assertThat(repository.snapshots(damaged -> told.add(damaged.getMessage())))
                    .containsExactly(good);
            assertThat(told).singleElement().asString().contains(broken.hex());
            assertThatThrownBy(repository::snapshots)
                    .isInstanceOf(HoldfastException.Damaged.class)
                    .hasMessageContaining(broken.hex());
            told.clear();
            repository.tellOfDamage(damaged -> told.add(damaged.getMessage()));
            assertThat(repository.find("latest", SnapshotFilter.ALL)).isEqualTo(good);
            assertThat(told).singleElement().asString().contains(broken.hex());
            assertThat(repository.find(good.id().brief(), SnapshotFilter.ALL)).isEqualTo(good);
            assertThatThrownBy(() -> repository.find(broken.brief(), SnapshotFilter.ALL))
                    .isInstanceOf(HoldfastException.Damaged.class);
            assertThatThrownBy(() -> repository.snapshot(new ObjectId(1, 2, 3, 4)))
                    .isInstanceOf(HoldfastException.PreCheckFailed.class);
        }
    }

    @Test
    void aDamagedIndexFileIsNamedAndWhatTheOthersSayCanStillBeUsed() throws IOException {
        try (Repository repository = Repositories.init(storage)) {
            Snapshot good = Repositories.backUp(repository, List.of(new byte[5]));
            byte[] junk = Repositories.noise(1, 300);
            storage.put(Kinds.INDEX + ObjectId.hash(junk).hex(), ByteBuffer.wrap(junk));
            assertThatThrownBy(repository::reloadIndex)
                    .isInstanceOf(HoldfastException.Damaged.class)
                    .hasMessageContaining(ObjectId.hash(junk).hex());
            List<String> told = new ArrayList<>();
            assertThat(repository
                            .reloadIndex(damaged -> told.add(damaged.getMessage()))
                            .size())
                    .isPositive();
            assertThat(told).hasSize(1);
            assertThat(Repositories.restore(repository, good)).hasSize(1);
        }
    }

    @Test
    void readersPassOverADamagedIndexFileAndSayItOnceAndWritersRefuse() throws IOException {
        try (Repository repository = Repositories.init(storage)) {
            Repositories.backUp(repository, List.of(new byte[5]));
        }
        byte[] junk = Repositories.noise(1, 300);
        String index = Kinds.INDEX + ObjectId.hash(junk).hex();
        storage.put(index, ByteBuffer.wrap(junk));
        try (Repository repository = Repositories.open(storage)) {
            List<String> told = new ArrayList<>();
            repository.tellOfDamage(damaged -> told.add(damaged.getMessage()));
            Snapshot good = repository.snapshots().getFirst();
            assertThat(Repositories.restore(repository, good)).hasSize(1);
            repository.reloadReadableIndex();
            assertThat(told).singleElement().asString().contains(index);
            assertThatThrownBy(() -> repository.loadBlob(BlobType.DATA, new ObjectId(1, 2, 3, 4)))
                    .isInstanceOf(HoldfastException.Damaged.class)
                    .hasMessageContaining("is missing: " + index);
            assertThatThrownBy(() -> repository.writer(Repositories.options()))
                    .isInstanceOf(HoldfastException.Damaged.class)
                    .hasMessageContaining(index);
        }
    }

    @Test
    void aBlobIsTakenFromAnotherPackWhenItsFirstCopyIsDamaged() throws IOException {
        byte[] content = Repositories.noise(3, 5000);
        try (Repository repository = Repositories.init(storage)) {
            Repositories.backUp(repository, List.of(content));
            ObjectId id = ObjectId.hash(content);
            IndexEntry first = Objects.requireNonNull(repository.index().find(BlobType.DATA, id));
            try (BlobWriter writer = repository.writer(Repositories.options())) {
                Repositories.get(writer.rewrite(BlobType.DATA, ByteBuffer.wrap(content)));
                writer.finish();
            }
            storage.delete(Kinds.DATA + first.pack().hex());
            assertThat(repository.loadBlob(BlobType.DATA, id).array()).isEqualTo(content);
            for (IndexEntry entry : repository.index().findAll(BlobType.DATA, id)) {
                storage.delete(Kinds.DATA + entry.pack().hex());
            }
            assertThatThrownBy(() -> repository.loadBlob(BlobType.DATA, id))
                    .isInstanceOf(HoldfastException.Damaged.class)
                    .hasMessageContaining(id.hex())
                    .hasMessageContaining("missing");
            assertThatThrownBy(() -> repository.loadBlob(BlobType.DATA, new ObjectId(1, 2, 3, 4)))
                    .isInstanceOf(HoldfastException.Damaged.class)
                    .hasMessageContaining("no index file");
        }
    }

    @Test
    void whatOthersAddedMeanwhileIsFound() throws IOException {
        AtomicReference<Instant> now = new AtomicReference<>(Repositories.NOW);
        try (Repository ours = Repositories.init(storage);
                Repository reader = Repository.open(storage, Repositories.PASSWORD, now::get)) {
            assertThat(reader.index().size()).isZero();
            Snapshot saved = Repositories.backUp(ours, List.of(new byte[5]));
            now.set(Repositories.NOW.plusSeconds(60));
            assertThat(Repositories.restore(reader, saved)).hasSize(1);
        }
    }

    /// As when it is given another tag by somebody else.
    @Test
    void aListShowsTheSnapshotThatTakesThePlaceOfAnother() throws IOException {
        try (Repository other = Repositories.init(storage)) {
            Snapshot first = Repositories.backUp(other, List.of(new byte[5]));
            AtomicReference<Snapshot> second = new AtomicReference<>();
            FaultyStorage meanwhile = new FaultyStorage(storage, call -> {
                if (call.operation() == FaultyStorage.Operation.GET
                        && call.name().startsWith("snapshots/")
                        && second.get() == null) {
                    second.set(first); // once
                    second.set(replace(other, first));
                }
                return FaultyStorage.Fault.NONE;
            });
            try (Repository reader = Repositories.open(meanwhile)) {
                assertThat(reader.snapshots()).containsExactly(second.get());
            }
        }
    }

    private static Snapshot replace(Repository repository, Snapshot snapshot) {
        try {
            Snapshot later = repository.save(Repositories.snapshot(snapshot.tree(), Repositories.NOW.plusSeconds(60)));
            repository.delete(snapshot);
            return later;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Every blob that is asked for is given, whole or damaged, however the pack is broken.
    @Test
    void aBrokenPackGivesUpWhatIsStillGoodInIt() throws IOException {
        List<byte[]> contents = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            contents.add(Repositories.noise(i, 10_000));
        }
        try (Repository repository = Repositories.init(storage)) {
            Repositories.backUp(repository, contents);
            IndexEntry first =
                    Objects.requireNonNull(repository.index().find(BlobType.DATA, ObjectId.hash(contents.getFirst())));
            ObjectId pack = first.pack();
            List<IndexEntry> wanted = contents.stream()
                    .map(content -> Objects.requireNonNull(find(repository, content)))
                    .toList();
            assertThat(read(repository, pack, wanted)).isEqualTo(20);
            ByteBuffer whole = storage.get(Kinds.DATA + pack.hex());
            ByteBuffer cut = whole.slice(0, 105_000);
            storage.delete(Kinds.DATA + pack.hex());
            storage.put(Kinds.DATA + pack.hex(), cut);
            assertThat(read(repository, pack, wanted))
                    .as("those before the cut")
                    .isEqualTo(10);
            assertThatThrownBy(() -> repository.packReader().header(pack, 105_000))
                    .isInstanceOf(HoldfastException.Damaged.class);
            assertThatThrownBy(() -> repository.packReader().header(pack, whole.remaining()))
                    .as("the listing says more than there is")
                    .isInstanceOf(HoldfastException.Damaged.class);
            storage.delete(Kinds.DATA + pack.hex());
            assertThat(read(repository, pack, wanted)).isZero();
        }
    }

    private static @Nullable IndexEntry find(Repository repository, byte[] content) {
        try {
            return repository.index().find(BlobType.DATA, ObjectId.hash(content));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static int read(Repository repository, ObjectId pack, List<IndexEntry> wanted) throws IOException {
        List<IndexEntry> whole = new ArrayList<>();
        List<IndexEntry> damaged = new ArrayList<>();
        repository.packReader().read(pack, wanted, new BlobConsumer() {
            @Override
            public void blob(IndexEntry entry, ByteBuffer plain) {
                assertThat(ObjectId.hash(plain)).isEqualTo(entry.id());
                whole.add(entry);
            }

            @Override
            public void damaged(IndexEntry entry, HoldfastException.Damaged why) {
                assertThat(why.getMessage())
                        .contains(entry.id().hex(), entry.pack().hex());
                damaged.add(entry);
            }
        });
        List<IndexEntry> all = new ArrayList<>(whole);
        all.addAll(damaged);
        assertThat(all).containsExactlyInAnyOrderElementsOf(wanted);
        return whole.size();
    }

    @Test
    void theBestProofIsTheHighestThatNoLaterFailureContradicts() throws IOException {
        try (Repository repository = Repositories.init(storage)) {
            Snapshot snapshot = Repositories.backUp(repository, List.of(new byte[5]));
            assertThat(repository.bestProofs()).isEmpty();
            prove(repository, snapshot, 1, ProofLevel.SOUND, true, "SOUND passed");
            prove(repository, snapshot, 2, ProofLevel.STORED, true, "SOUND passed");
            prove(repository, snapshot, 3, ProofLevel.IDENTICAL, true, "IDENTICAL passed");
            prove(repository, snapshot, 4, ProofLevel.STORED, false, "STORED failed");
            prove(repository, snapshot, 5, ProofLevel.STORED, true, "STORED passed");
            prove(repository, snapshot, 6, ProofLevel.IDENTICAL, false, "IDENTICAL failed");
            prove(repository, snapshot, 7, ProofLevel.SOUND, true, "IDENTICAL failed");
            prove(repository, snapshot, 8, ProofLevel.USEFUL, true, "USEFUL passed");
            assertThat(repository.proofs()).hasSize(8);
            repository.delete(snapshot);
            assertThat(repository.proofs()).as("proofs go with their snapshot").isEmpty();
            assertThat(repository.snapshots()).isEmpty();
        }
    }

    private static void prove(
            Repository repository, Snapshot of, int minute, ProofLevel level, boolean passed, String best)
            throws IOException {
        Instant at = Repositories.NOW.plusSeconds(60L * minute);
        repository.save(new Proof(of.id(), level, passed, at, Duration.ZERO, "host", List.of()));
        assertThat(repository.bestProofs().get(of.id()))
                .extracting(proof -> proof.level() + (proof.passed() ? " passed" : " failed"))
                .isEqualTo(best);
    }

    /// Goal: a prune that is cut off while it replaces the index loses no entry. Method: each call fails in turn.
    @Test
    void replacingTheIndexLosesNoEntryWhereverItFails() throws IOException {
        for (int failAt = 0; ; failAt++) {
            MemoryStorage disk = new MemoryStorage();
            Snapshot kept;
            ObjectId dropped;
            try (Repository repository = Repositories.init(disk)) {
                Repositories.backUp(repository, List.of(Repositories.noise(1, 500)));
                kept = Repositories.backUp(repository, List.of(Repositories.noise(2, 500)));
                dropped = Objects.requireNonNull(find(repository, Repositories.noise(1, 500)))
                        .pack();
            }
            FaultyStorage faulty = FaultyStorage.failingFrom(disk, failAt);
            try (Repository repository = Repositories.open(faulty)) {
                repository.forgetPacks(Set.of(dropped), () -> {});
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("injected fault");
            }
            try (Repository repository = Repositories.open(disk)) {
                assertThat(Repositories.restore(repository, kept)).hasSize(1);
                if (faulty.faults().isEmpty()) {
                    assertThat(repository.index().hasPack(dropped)).isFalse();
                    assertThat(repository.index().size()).isEqualTo(5);
                    return;
                }
            }
        }
    }

    /// Goal: an index file that a listing leaves out is not lost when the index is replaced. Method: each listing in
    /// turn shows half of what there is.
    @Test
    void replacingTheIndexRemovesNothingThatItHasNotRead() throws IOException {
        for (int failAt = 0; ; failAt++) {
            MemoryStorage disk = new MemoryStorage();
            Snapshot first;
            Snapshot second;
            try (Repository repository = Repositories.init(disk)) {
                first = Repositories.backUp(repository, List.of(Repositories.noise(1, 500)));
                second = Repositories.backUp(repository, List.of(Repositories.noise(2, 500)));
            }
            int number = failAt;
            FaultyStorage faulty = new FaultyStorage(
                    disk,
                    call -> call.operation() == FaultyStorage.Operation.LIST && call.number() == number
                            ? FaultyStorage.Fault.HALVE
                            : FaultyStorage.Fault.NONE);
            Key master = Opening.open(disk, Repositories.PASSWORD).master();
            new IndexFiles(new SealedFiles(faulty, master, 2)).replace(Set.of(), () -> {});
            try (Repository repository = Repositories.open(disk)) {
                assertThat(Repositories.restore(repository, first)).hasSize(1);
                assertThat(Repositories.restore(repository, second)).hasSize(1);
            }
            if (faulty.faults().isEmpty()) {
                return;
            }
        }
    }
}
