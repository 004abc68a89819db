package holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Tree;
import holdfast.storage.FaultyStorage;
import holdfast.storage.FaultyStorage.Fault;
import holdfast.storage.FaultyStorage.Operation;
import holdfast.storage.MemoryStorage;
import holdfast.storage.Storage;
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobWriterTest {
    private final MemoryStorage storage = new MemoryStorage();

    private static ObjectId write(BlobWriter writer, byte[] content) throws IOException {
        return Repositories.get(writer.write(BlobType.DATA, ByteBuffer.wrap(content)));
    }

    private List<StoredFile> files(String kind) throws IOException {
        try (var files = storage.list(kind)) {
            return files.toList();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 19})
    void blobsOfAllLengthsComeBackAtEveryCompressionLevel(int level) throws IOException {
        List<byte[]> contents = new ArrayList<>();
        for (int length : new int[] {0, 1, 31, 32, 33, 4095, 4096, 4097, 65_537, 1_000_003, 8 << 20}) {
            contents.add(Repositories.noise(length, length));
            contents.add(new byte[length]);
            contents.add("abc ".repeat(length / 4 + 1).getBytes(StandardCharsets.UTF_8));
        }
        List<ObjectId> ids = new ArrayList<>();
        try (Repository repository = Repositories.init(storage);
                BlobWriter writer = repository.writer(Repositories.options().withCompression(level))) {
            for (byte[] content : contents) {
                ids.add(write(writer, content));
            }
            writer.finish();
        }
        try (Repository repository = Repositories.open(storage)) {
            for (int i = 0; i < ids.size(); i++) {
                assertThat(ids.get(i)).isEqualTo(ObjectId.hash(contents.get(i)));
                assertThat(repository.loadBlob(BlobType.DATA, ids.get(i)).array())
                        .isEqualTo(contents.get(i));
                IndexEntry entry = Objects.requireNonNull(repository.index().find(BlobType.DATA, ids.get(i)));
                assertThat(entry.plainBytes()).isEqualTo(contents.get(i).length);
                assertThat(entry.length()).as("never longer than plain").isLessThanOrEqualTo(entry.plainBytes() + 32);
                if (level == 0) {
                    assertThat(entry.compressed()).isFalse();
                }
            }
        }
    }

    @Test
    void theCallersBufferMayBeUsedAgainAtOnceAndItsPositionStays() throws IOException {
        for (ByteBuffer buffer : List.of(ByteBuffer.allocate(5000), ByteBuffer.allocateDirect(5000))) {
            Storage own = new MemoryStorage();
            try (Repository repository = Repositories.init(own);
                    BlobWriter writer = repository.writer(Repositories.options())) {
                List<Future<ObjectId>> ids = new ArrayList<>();
                List<ObjectId> expected = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    buffer.clear().put(Repositories.noise(i, 5000)).position(7).limit(4000);
                    expected.add(ObjectId.hash(buffer));
                    ids.add(writer.write(BlobType.DATA, buffer));
                    assertThat(buffer.position()).isEqualTo(7);
                    assertThat(buffer.limit()).isEqualTo(4000);
                }
                for (int i = 0; i < ids.size(); i++) {
                    assertThat(Repositories.get(ids.get(i))).isEqualTo(expected.get(i));
                }
            }
        }
    }

    /// Goal: threads that write the same blobs at the same time store each once. Method: eight threads, each
    /// the same blobs in another order, small and large, and trees among them.
    @Test
    void whateverManyThreadsWriteIsStoredExactlyOnce() throws Exception {
        int blobs = 400;
        try (Repository repository = Repositories.init(storage)) {
            try (BlobWriter writer = repository.writer(Repositories.options());
                    ExecutorService pool = Executors.newFixedThreadPool(8)) {
                List<Future<?>> threads = new ArrayList<>();
                for (int thread = 0; thread < 8; thread++) {
                    Random random = new Random(thread);
                    threads.add(pool.submit(() -> {
                        for (int i : random.ints(2L * blobs, 0, blobs).toArray()) {
                            byte[] content = Repositories.noise(i, i % 50 == 0 ? 300_000 : 1 + 13 * i);
                            Future<ObjectId> _ = writer.write(BlobType.DATA, ByteBuffer.wrap(content));
                            List<Node> nodes = List.of(Repositories.file("n" + i, List.of(), 0));
                            writer.writeTree(new Tree(nodes));
                        }
                        return null;
                    }));
                }
                for (Future<?> thread : threads) {
                    thread.get();
                }
                writer.finish();
                assertThat(writer.dataBlobs() + writer.treeBlobs())
                        .isEqualTo(repository.index().size());
            }
            Set<ObjectId> seen = new HashSet<>();
            repository
                    .reloadIndex()
                    .forEach(entry -> assertThat(seen.add(entry.id())).isTrue());
            repository
                    .index()
                    .forEachPack((pack, entries) -> assertThat(
                                    entries.stream().map(IndexEntry::type).distinct())
                            .as("data and trees lie in separate packs")
                            .hasSize(1));
        }
    }

    @Test
    void zerosCostNothingAfterTheFirstOfTheirLength() throws IOException {
        byte[] zeros = new byte[1 << 20];
        try (Repository repository = Repositories.init(storage);
                BlobWriter writer = repository.writer(Repositories.options())) {
            ObjectId id = write(writer, zeros);
            for (int i = 0; i < 10_000; i++) {
                assertThat(write(writer, zeros)).isEqualTo(id);
            }
            ObjectId shorter = Repositories.get(writer.write(BlobType.DATA, ByteBuffer.wrap(zeros, 0, 1000)));
            assertThat(shorter).isEqualTo(ObjectId.hash(new byte[1000]));
            writer.finish();
            assertThat(writer.dataBlobs()).isEqualTo(2);
            assertThat(repository.loadBlob(BlobType.DATA, id).array()).isEqualTo(zeros);
        }
    }

    @Test
    void blobsAreVisibleToOthersOnlyWithTheirIndexEntry() throws IOException {
        try (Repository repository = Repositories.init(storage)) {
            ObjectId id;
            try (BlobWriter writer = repository.writer(Repositories.options())) {
                id = write(writer, Repositories.noise(1, 20_000_000));
                write(writer, Repositories.noise(2, 20_000_000));
                assertThat(repository.index().contains(BlobType.DATA, id)).isFalse();
            }
            assertThat(files(Kinds.INDEX)).as("closed without finish").isEmpty();
            assertThat(repository.reloadIndex().size()).isZero();
        }
    }

    @Test
    void longRunsWriteTheirIndexOnTheWay() throws IOException {
        AtomicReference<Instant> now = new AtomicReference<>(Repositories.NOW);
        try (Repository repository =
                        Repository.init(storage, Repositories.PASSWORD, Repositories.QUICK, () -> now.get());
                BlobWriter writer = repository.writer(Repositories.options())) {
            ObjectId early = write(writer, Repositories.noise(1, 9_000_000));
            now.set(Repositories.NOW.plus(Duration.ofMinutes(6)));
            for (int i = 2; i < 8; i++) {
                write(writer, Repositories.noise(i, 9_000_000));
            }
            for (int i = 0; i < 100 && files(Kinds.INDEX).isEmpty(); i++) {
                sleep();
            }
            assertThat(files(Kinds.INDEX)).isNotEmpty();
            try (Repository other = Repositories.open(storage)) {
                assertThat(other.index().contains(BlobType.DATA, early)).isTrue();
            }
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void manySmallBlobsMakeSeveralIndexFilesOfBoundedSize() throws IOException {
        try (Repository repository = Repositories.init(storage);
                BlobWriter writer = repository.writer(Repositories.options())) {
            byte[] content = new byte[16];
            for (int i = 1; i <= 120_000; i++) {
                ByteBuffer.wrap(content).putInt(i);
                Future<ObjectId> _ = writer.write(BlobType.DATA, ByteBuffer.wrap(content));
            }
            writer.finish();
            assertThat(repository.reloadIndex().size()).isEqualTo(120_000);
            assertThat(files(Kinds.INDEX)).hasSizeBetween(3, 8);
            repository
                    .index()
                    .forEachPack((pack, entries) -> assertThat(entries).hasSizeLessThanOrEqualTo(16_384));
        }
    }

    @Test
    void rewritingStoresWhatIsThereOnceMore() throws IOException {
        byte[] content = Repositories.noise(1, 1000);
        try (Repository repository = Repositories.init(storage)) {
            try (BlobWriter writer = repository.writer(Repositories.options())) {
                write(writer, content);
                writer.finish();
            }
            ObjectId old = repository.index().packs().getFirst();
            try (BlobWriter writer = repository.writer(Repositories.options())) {
                for (int i = 0; i < 3; i++) {
                    Repositories.get(writer.rewrite(BlobType.DATA, ByteBuffer.wrap(content)));
                }
                writer.finish();
                assertThat(writer.dataBlobs()).isEqualTo(1);
            }
            assertThat(repository.reloadIndex().size()).isEqualTo(2);
            repository.forgetPacks(Set.of(old), () -> {});
            storage.delete(Kinds.DATA + old.hex());
            assertThat(repository.index().hasPack(old)).isFalse();
            assertThat(repository.index().size()).isEqualTo(1);
            assertThat(repository
                            .loadBlob(BlobType.DATA, ObjectId.hash(content))
                            .array())
                    .isEqualTo(content);
            assertThat(files(Kinds.INDEX)).hasSize(1);
        }
    }

    @Test
    void theFirstFailureStopsEverybodyAndIsToldToEverybody() throws Exception {
        Repositories.init(storage).close();
        FaultyStorage failing = FaultyStorage.whenever(
                storage,
                call -> call.operation() == Operation.PUT && call.name().startsWith(Kinds.DATA),
                Fault.REFUSE);
        try (Repository repository = Repositories.open(failing);
                BlobWriter writer = repository.writer(Repositories.options());
                ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> threads = new ArrayList<>();
            for (int thread = 0; thread < 6; thread++) {
                int seed = thread;
                threads.add(pool.submit(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        Future<ObjectId> _ = writer.write(
                                BlobType.DATA, ByteBuffer.wrap(Repositories.noise(seed * 10_000L + i, 1 << 20)));
                    }
                    return null;
                }));
            }
            for (Future<?> thread : threads) {
                assertThatThrownBy(() -> thread.get(1, TimeUnit.MINUTES))
                        .cause()
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("injected fault");
            }
            assertThatThrownBy(writer::finish).hasMessageContaining("could not be stored in memory");
            assertThatThrownBy(() -> write(writer, new byte[1])).hasMessageContaining("injected fault");
            assertThatThrownBy(() -> writer.writeTree(new Tree(List.of()))).hasMessageContaining("injected fault");
        }
        assertThat(files(Kinds.INDEX)).isEmpty();
    }

    @Test
    void aLostLockStopsTheWriterBeforeItStoresAnything() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        Runnable guard = () -> {
            asked.incrementAndGet();
            throw new HoldfastException.Locked("the lock is lost", "");
        };
        try (Repository repository = Repositories.init(storage);
                BlobWriter writer = repository.writer(WriterOptions.standard(guard, new Progress()))) {
            write(writer, new byte[10]);
            assertThatThrownBy(writer::finish).isInstanceOf(HoldfastException.Locked.class);
        }
        assertThat(asked.get()).isPositive();
        assertThat(files(Kinds.DATA)).isEmpty();
    }

    @Test
    void anInterruptedThreadIsToldSoAndNobodyHangs() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        Storage slow = new BlockingStorage(storage, blocked);
        try (Repository repository = Repositories.init(slow)) {
            AtomicReference<Throwable> seen = new AtomicReference<>();
            Thread thread = new Thread(() -> {
                try (BlobWriter writer = repository.writer(Repositories.options())) {
                    for (int i = 0; i < 10_000; i++) {
                        Future<ObjectId> _ =
                                writer.write(BlobType.DATA, ByteBuffer.wrap(Repositories.noise(i, 1 << 20)));
                    }
                } catch (IOException | RuntimeException e) {
                    seen.set(e);
                }
            });
            thread.start();
            assertThat(blocked.await(30, TimeUnit.SECONDS)).isTrue();
            Thread.sleep(300);
            thread.interrupt();
            thread.join(30_000);
            assertThat(thread.isAlive()).isFalse();
            assertThat(seen.get()).isInstanceOf(HoldfastException.Interrupted.class);
        }
    }

    /// Stores no pack until it is interrupted.
    private record BlockingStorage(Storage storage, CountDownLatch blocked) implements Storage {
        @Override
        public void put(String name, ByteBuffer content) throws IOException {
            if (name.startsWith(Kinds.DATA)) {
                blocked.countDown();
                try {
                    Thread.sleep(60_000);
                } catch (InterruptedException e) {
                    throw new IOException("interrupted", e);
                }
            }
            storage.put(name, content);
        }

        @Override
        public ByteBuffer get(String name) throws IOException {
            return storage.get(name);
        }

        @Override
        public ByteBuffer get(String name, long offset, int length) throws IOException {
            return storage.get(name, offset, length);
        }

        @Override
        public Stream<StoredFile> list(String prefix) throws IOException {
            return storage.list(prefix);
        }

        @Override
        public void delete(String name) throws IOException {
            storage.delete(name);
        }

        @Override
        public String location() {
            return storage.location();
        }

        @Override
        public void close() {}
    }
}
