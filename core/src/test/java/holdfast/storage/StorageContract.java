package holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What [Storage] promises, as tests; one subclass per implementation and decorator, in whatever module it lives.
public abstract class StorageContract {
    private static final int WRITERS = 8;

    private final Random random = new Random(11);
    private Storage storage = new MemoryStorage();

    /// A new, empty storage.
    protected abstract Storage open() throws IOException;

    @BeforeEach
    final void openStorage() throws IOException {
        storage = open();
    }

    @AfterEach
    final void closeStorage() throws IOException {
        storage.close();
    }

    @Test
    final void whatWasPutIsThereWholeAtOnce() throws IOException {
        for (int length : new int[] {0, 1, 100, 65_536, 1_000_003}) {
            String name = name("data");
            byte[] content = bytes(length);
            storage.put(name, ByteBuffer.wrap(content));
            assertThat(array(storage.get(name))).isEqualTo(content);
            assertThat(list("data/")).contains(new StoredFile(name, length));
        }
    }

    @Test
    final void theConfigurationHasNoFolder() throws IOException {
        assertThatThrownBy(() -> storage.get("config")).isInstanceOf(NoSuchFileException.class);
        storage.put("config", ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThat(array(storage.get("config"))).containsExactly(1, 2, 3);
        storage.delete("config");
        assertThatThrownBy(() -> storage.get("config")).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    final void onlyWhatRemainsOfTheBufferIsStoredAndItsPositionStays() throws IOException {
        byte[] bytes = bytes(1000);
        for (boolean direct : new boolean[] {false, true}) {
            ByteBuffer content = direct ? ByteBuffer.allocateDirect(1000) : ByteBuffer.allocate(1000);
            content.put(bytes).position(10).limit(500);
            String name = name("data");
            storage.put(name, direct ? content.asReadOnlyBuffer() : content);
            assertThat(content.position()).isEqualTo(10);
            assertThat(content.limit()).isEqualTo(500);
            byte[] stored = array(storage.get(name));
            assertThat(ByteBuffer.wrap(stored)).isEqualTo(ByteBuffer.wrap(bytes, 10, 490));
        }
    }

    @Test
    final void storedContentDoesNotFollowTheBuffersLaterLife() throws IOException {
        ByteBuffer content = ByteBuffer.wrap(new byte[] {1, 2, 3});
        String name = name("index");
        storage.put(name, content);
        content.put(0, (byte) 9);
        ByteBuffer got = storage.get(name);
        assertThat(got.get(0)).isEqualTo((byte) 1);
        if (!got.isReadOnly()) {
            got.put(0, (byte) 9);
        }
        assertThat(storage.get(name).get(0)).isEqualTo((byte) 1);
    }

    @Test
    final void whatExistsIsNeverReplaced() throws IOException {
        for (String name : List.of("config", name("keys"), name("data"))) {
            storage.put(name, ByteBuffer.wrap(new byte[] {1}));
            assertThatThrownBy(() -> storage.put(name, ByteBuffer.wrap(new byte[] {2})))
                    .isInstanceOf(FileAlreadyExistsException.class);
            assertThatThrownBy(() -> storage.put(name, ByteBuffer.wrap(new byte[] {1})))
                    .isInstanceOf(FileAlreadyExistsException.class);
            assertThat(array(storage.get(name))).containsExactly(1);
        }
    }

    @Test
    final void rangesAreExact() throws IOException {
        byte[] content = bytes(100_000);
        String name = name("data");
        storage.put(name, ByteBuffer.wrap(content));
        int[][] ranges = {{0, 0}, {0, 1}, {0, 100_000}, {99_999, 1}, {100_000, 0}, {50_000, 50_000}, {12_345, 6_789}};
        for (int[] range : ranges) {
            ByteBuffer got = storage.get(name, range[0], range[1]);
            assertThat(got).isEqualTo(ByteBuffer.wrap(content, range[0], range[1]));
        }
    }

    @Test
    final void rangesBeyondTheEndAreSaidToBe() throws IOException {
        String name = name("data");
        storage.put(name, ByteBuffer.wrap(bytes(100)));
        long[][] ranges = {{0, 101}, {99, 2}, {100, 1}, {101, 0}, {101, 1}, {5_000_000_000L, 1}, {Long.MAX_VALUE, 1}};
        for (long[] range : ranges) {
            assertThatThrownBy(() -> storage.get(name, range[0], (int) range[1]))
                    .as("%d bytes from %d", range[1], range[0])
                    .isInstanceOf(EOFException.class)
                    .hasMessageContaining(name);
        }
        assertThatThrownBy(() -> storage.get(name, -1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> storage.get(name, 0, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    final void whatIsNotThereIsSaidNotToBe() throws IOException {
        String name = name("snapshots");
        assertThatThrownBy(() -> storage.get(name)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> storage.get(name, 0, 0)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> storage.get(name, 7, 1)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    final void deletingTakesAwayAndDeletingNothingIsNoError() throws IOException {
        String name = name("locks");
        storage.delete(name);
        storage.put(name, ByteBuffer.wrap(bytes(10)));
        storage.delete(name);
        storage.delete(name);
        assertThat(list("locks/")).isEmpty();
        assertThatThrownBy(() -> storage.get(name)).isInstanceOf(NoSuchFileException.class);
        storage.put(name, ByteBuffer.wrap(bytes(20)));
        assertThat(storage.get(name).remaining()).isEqualTo(20);
    }

    @Test
    final void aListShowsOneKindWithSizes() throws IOException {
        Set<StoredFile> expected = new HashSet<>();
        for (String kind : List.of("keys", "locks", "snapshots", "index", "proofs", "data")) {
            assertThat(list(kind + "/")).isEmpty();
            for (int i = 0; i < 5; i++) {
                String name = name(kind);
                storage.put(name, ByteBuffer.wrap(bytes(i)));
                if (kind.equals("data")) {
                    expected.add(new StoredFile(name, i));
                }
            }
        }
        storage.put("config", ByteBuffer.wrap(bytes(5)));
        assertThat(list("data/")).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(list("keys/")).hasSize(5);
    }

    @Test
    final void aListMayBeDeletedWhileItIsRead() throws IOException {
        for (int i = 0; i < 50; i++) {
            storage.put(name("locks"), ByteBuffer.wrap(bytes(1)));
        }
        try (Stream<StoredFile> files = storage.list("locks/")) {
            for (StoredFile file : (Iterable<StoredFile>) files::iterator) {
                storage.delete(file.name());
            }
        }
        assertThat(list("locks/")).isEmpty();
    }

    @Test
    final void namesThatAreNoneAreRefused() {
        String id = "0".repeat(64);
        List<String> names = List.of(
                "",
                "/",
                "data",
                "data/",
                "/" + id,
                "../config",
                "data/../config",
                "data/..",
                "data/" + id + "/",
                "data/00/" + id,
                "data/" + id.substring(1),
                "data/" + id + "0",
                "data/" + "A".repeat(64),
                "Data/" + id,
                "data//" + id,
                "data\\" + id,
                "con fig",
                "config\0",
                ".",
                "..");
        for (String name : names) {
            assertThatThrownBy(() -> storage.put(name, ByteBuffer.allocate(1)))
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> storage.get(name)).as(name).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> storage.get(name, 0, 1)).as(name).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> storage.delete(name)).as(name).isInstanceOf(IllegalArgumentException.class);
        }
        for (String prefix : List.of("", "/", "data", "..", "../", "data/0", "data/../", "/data/", "DATA/")) {
            assertThatThrownBy(() -> storage.list(prefix).close())
                    .as(prefix)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    final void ofRacingWritersExactlyOneWins() throws Exception {
        for (int round = 0; round < 20; round++) {
            String name = name(round % 2 == 0 ? "data" : "locks");
            List<byte[]> contents = new ArrayList<>();
            List<Callable<Boolean>> writers = new ArrayList<>();
            CountDownLatch start = new CountDownLatch(WRITERS);
            for (int i = 0; i < WRITERS; i++) {
                byte[] content = bytes(1000 + i);
                contents.add(content);
                writers.add(() -> {
                    start.countDown();
                    start.await();
                    try {
                        storage.put(name, ByteBuffer.wrap(content));
                        return true;
                    } catch (FileAlreadyExistsException _) {
                        return false;
                    }
                });
            }
            List<Boolean> won = together(writers);
            assertThat(won).containsOnlyOnce(true);
            assertThat(array(storage.get(name))).isEqualTo(contents.get(won.indexOf(true)));
        }
    }

    @Test
    final void manyThreadsMayUseItAtOnce() throws Exception {
        List<Callable<Boolean>> users = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            List<String> names = Stream.generate(() -> name("data")).limit(20).toList();
            List<byte[]> contents = Stream.generate(() -> bytes(3000)).limit(20).toList();
            users.add(() -> {
                for (int j = 0; j < names.size(); j++) {
                    storage.put(names.get(j), ByteBuffer.wrap(contents.get(j)));
                    ByteBuffer range = storage.get(names.get(j), 1000, 500);
                    assertThat(range).isEqualTo(ByteBuffer.wrap(contents.get(j), 1000, 500));
                    if (j % 2 == 0) {
                        storage.delete(names.get(j));
                    }
                }
                return list("data/").size() >= names.size() / 2;
            });
        }
        assertThat(together(users)).containsOnly(true);
        assertThat(list("data/")).hasSize(WRITERS * 10);
    }

    @Test
    final void aBigFileComesBackUnchanged() throws IOException {
        byte[] content = bytes(40 << 20);
        String name = name("data");
        ByteBuffer direct = ByteBuffer.allocateDirect(content.length);
        storage.put(name, direct.put(content).flip());
        assertThat(storage.get(name)).isEqualTo(ByteBuffer.wrap(content));
        assertThat(storage.get(name, 20 << 20, 17 << 20)).isEqualTo(ByteBuffer.wrap(content, 20 << 20, 17 << 20));
    }

    @Test
    final void itSaysWhereItIs() {
        assertThat(storage.location()).isNotBlank();
    }

    private static <T> List<T> together(List<Callable<T>> tasks) throws InterruptedException, ExecutionException {
        List<T> results = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<T> task : threads.invokeAll(tasks)) {
                results.add(task.get());
            }
        }
        return results;
    }

    private List<StoredFile> list(String prefix) throws IOException {
        try (Stream<StoredFile> files = storage.list(prefix)) {
            return files.toList();
        }
    }

    private synchronized String name(String kind) {
        StringBuilder name = new StringBuilder(kind).append('/');
        for (int i = 0; i < 64; i++) {
            name.append(Character.forDigit(random.nextInt(16), 16));
        }
        return name.toString();
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
