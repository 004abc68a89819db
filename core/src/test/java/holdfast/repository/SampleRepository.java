package holdfast.repository;

import holdfast.model.BlobType;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.storage.Copies;
import holdfast.storage.MemoryStorage;
import holdfast.storage.Storage;
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A repository in memory, opened, whose files tests may damage.
public final class SampleRepository {
    public static final Password PASSWORD = Password.of("sample");
    public static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-03-01T00:00:00Z"));
    public static final List<String> KINDS =
            List.of("keys/", "locks/", "snapshots/", "index/", "data/", "proofs/", "marks/");

    private final MemoryStorage storage;
    private Repository repository;

    public SampleRepository() {
        storage = new MemoryStorage();
        try {
            repository = Repository.init(storage, PASSWORD, new InitOptions(10), CLOCK);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SampleRepository(MemoryStorage storage) throws IOException {
        this.storage = storage;
        repository = open(storage);
    }

    /// A repository of its own with the same files.
    public SampleRepository copy() throws IOException {
        return new SampleRepository(Copies.of(storage));
    }

    public static Repository open(Storage storage) throws IOException {
        return Repository.open(storage, PASSWORD, CLOCK);
    }

    public static Repository open(Storage storage, InstantSource clock) throws IOException {
        return Repository.open(storage, PASSWORD, clock);
    }

    /// An exclusive lock, taken without waiting for others that may want one at the same moment; as the others.
    public static Lock exclusive(Repository open) throws IOException {
        return quick(open).exclusive();
    }

    public static Lock maintenance(Repository open) throws IOException {
        return quick(open).maintenance();
    }

    public static Lock shared(Repository open) throws IOException {
        return quick(open).shared();
    }

    private static Locks quick(Repository open) {
        return open.locks()
                .with(new LockTimes(
                        Duration.ZERO,
                        LockTimes.RESTIC.refresh(),
                        LockTimes.RESTIC.lost(),
                        LockTimes.RESTIC.stale(),
                        LockTimes.RESTIC.retry()));
    }

    /// The shared lock of a stock restic on another host, which says nothing of marks; removed by its name.
    public static String stockLock(Storage storage) throws IOException {
        SealedFiles files =
                new SealedFiles(storage, Opening.open(storage, PASSWORD).master(), 2);
        Client restic = new Client("elsewhere", "ann", 5, 5, 4711);
        return Kinds.LOCKS + files.save(Kinds.LOCKS, new LockFile(CLOCK.instant(), false, restic, null).write());
    }

    /// Says of itself that it has the old format. What is to look like that must be stored uncompressed.
    public void becomeVersion1() throws IOException {
        Opening opening = Opening.open(storage, PASSWORD);
        RepositoryConfig old = opening.config();
        storage.delete(Kinds.CONFIG);
        storage.put(
                Kinds.CONFIG,
                SealedFiles.seal(
                        opening.master(),
                        ConfigFile.write(new RepositoryConfig(1, old.id(), old.chunkerPolynomial()))));
        reopen();
    }

    /// Keeps configuration and keys only.
    public void empty() throws IOException {
        for (String kind : KINDS) {
            if (!kind.equals(Kinds.KEYS)) {
                for (String name : names(kind)) {
                    storage.delete(name);
                }
            }
        }
        reopen();
    }

    public MemoryStorage storage() {
        return storage;
    }

    public Repository open() {
        return repository;
    }

    /// Opens it again, as the next run of the program would.
    public Repository reopen() throws IOException {
        repository = open(storage);
        return repository;
    }

    /// Names of the files of one kind, sorted.
    public List<String> names(String kind) throws IOException {
        try (Stream<StoredFile> files = storage.list(kind)) {
            return files.map(StoredFile::name).sorted().toList();
        }
    }

    /// Every file with its bytes.
    public Map<String, ByteBuffer> files() throws IOException {
        Map<String, ByteBuffer> files = new TreeMap<>();
        files.put("config", storage.get("config"));
        for (String kind : KINDS) {
            for (String name : names(kind)) {
                files.put(name, storage.get(name));
            }
        }
        return files;
    }

    /// Puts other bytes in the place of a file.
    public void replace(String name, byte[] content) throws IOException {
        storage.delete(name);
        storage.put(name, ByteBuffer.wrap(content));
    }

    public byte[] bytes(String name) throws IOException {
        ByteBuffer content = storage.get(name);
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        return bytes;
    }

    /// Turns one bit of a file over.
    public void flip(String name, int at) throws IOException {
        byte[] bytes = bytes(name);
        bytes[at] ^= 1;
        replace(name, bytes);
    }

    /// The node at a path of a snapshot.
    public Node node(Snapshot snapshot, String path) throws IOException {
        ObjectId tree = snapshot.tree();
        Node found = null;
        for (String name : path.substring(1).split("/")) {
            found = repository.loadTree(tree).nodes().stream()
                    .filter(node -> node.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("nothing at " + path));
            tree = found.subtree() == null ? tree : found.subtree();
        }
        return Objects.requireNonNull(found);
    }

    /// The tree of the folder at a path of a snapshot.
    public ObjectId folder(Snapshot snapshot, String path) throws IOException {
        return Objects.requireNonNull(node(snapshot, path).subtree());
    }

    /// Where one of the blobs of a file lies.
    public IndexEntry blob(Snapshot snapshot, String path, int number) throws IOException {
        return entry(BlobType.DATA, node(snapshot, path).content().get(number));
    }

    public IndexEntry entry(BlobType type, ObjectId id) throws IOException {
        return Objects.requireNonNull(repository.index().find(type, id));
    }

    public long storedBytes() throws IOException {
        long sum = 0;
        for (ByteBuffer file : files().values()) {
            sum += file.remaining();
        }
        return sum;
    }
}
