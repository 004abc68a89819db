package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.BlobType;
import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.model.Tree;
import holdfast.repository.IndexEntry;
import holdfast.repository.KeyInfo;
import holdfast.repository.Lock;
import holdfast.repository.LockInfo;
import holdfast.repository.Password;
import holdfast.repository.Repository;
import holdfast.repository.SnapshotFilter;
import holdfast.repository.WriterOptions;
import holdfast.repository.json.TreeJson;
import holdfast.storage.LocalStorage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: whatever the stock restic wrote is read exactly, under any of its passwords, and its locks are honoured.
final class WeReadResticsRepositoryTest {
    private static final String PASSWORD = "first";
    private static final List<String> UTC = List.of("TZ=UTC");

    @TempDir
    Path folder;

    private Path source;
    private Path place;
    private Restic restic;
    private final Map<String, byte[]> contents = new HashMap<>();

    @BeforeEach
    void makeSource() throws IOException, InterruptedException {
        source = Files.createDirectories(folder.resolve("source"));
        place = folder.resolve("repository");
        restic = new Restic(place, PASSWORD);
        contents.put("plain", "hello\n".getBytes(StandardCharsets.UTF_8));
        contents.put("empty", new byte[0]);
        contents.put("zeros", new byte[5_000_000]);
        contents.put("large", noise(9_000_000));
        contents.put("<a>&'\"\\ b", noise(7));
        for (Map.Entry<String, byte[]> file : contents.entrySet()) {
            Files.write(source.resolve(file.getKey()), file.getValue());
        }
        Files.createSymbolicLink(source.resolve("link"), Path.of("../<x>&y"));
        Files.createLink(source.resolve("plain again"), source.resolve("plain"));
        contents.put("plain again", contents.get("plain"));
        Files.setPosixFilePermissions(source.resolve("large"), PosixFilePermissions.fromString("r-x--x--x"));
        Files.createDirectories(source.resolve("sub/empty"));
        // names that Java cannot write in a C locale
        shell("cd '" + source
                + "' && printf x > \"$(printf 'st\\377ray')\" && printf y > \"$(printf 'a\\nb\\001\\303\\244')\""
                + " && printf z > \"$(printf '\\342\\200\\250 \\302\\240 \\360\\237\\230\\200')\" && mkfifo pipe && touch -d 1955-11-05T06:15:00.1Z plain"
                + " && setfattr -n user.note -v '<v>' plain 2>/dev/null; true");
        contents.put(FileNames.decode(new byte[] {'s', 't', -1, 'r', 'a', 'y'}), bytes("x"));
        contents.put("a\nb\u0001ä", bytes("y"));
        contents.put("\u2028 \u00a0 😀", bytes("z"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static void shell(String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-c", script).inheritIO().start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    private void backUp(int version) {
        restic.run("init", "--repository-version", Integer.toString(version));
        Restic.Result done = restic.attempt(
                UTC, "backup", source.toString(), "--tag", "one,two", "--host", "other", "--exclude", "*.tmp");
        assertThat(done.exitCode()).as(done.all()).isZero();
    }

    private Repository open(LocalStorage storage, String password) throws IOException {
        return Repository.open(storage, Password.of(password), InstantSource.system());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void everySnapshotTreeAndFileIsReadExactly(int version) throws IOException {
        backUp(version);
        try (LocalStorage storage = new LocalStorage(place);
                Repository repository = open(storage, PASSWORD)) {
            assertThat(repository.config().version()).isEqualTo(version);
            Snapshot snapshot = repository.find("latest", SnapshotFilter.ALL);
            assertThat(snapshot.host()).isEqualTo("other");
            assertThat(snapshot.tags()).containsExactly("one", "two");
            assertThat(snapshot.excludes()).containsExactly("*.tmp");
            assertThat(snapshot.paths()).containsExactly(source.toString());
            assertThat(restic.run("snapshots", "--json"))
                    .contains(snapshot.id().hex(), snapshot.tree().hex());

            Map<String, byte[]> read = new HashMap<>();
            Tree tree = descend(repository, snapshot);
            for (Node node : tree.nodes()) {
                if (node.type() == NodeType.FILE) {
                    read.put(node.name(), content(repository, node));
                    assertThat(read.get(node.name())).hasSize((int) node.size());
                }
            }
            assertThat(read.keySet()).isEqualTo(contents.keySet());
            contents.forEach((name, bytes) -> assertThat(read.get(name)).isEqualTo(bytes));
            assertThat(named(tree, "link").linkTarget()).isEqualTo("../<x>&y");
            assertThat(named(tree, "pipe").type()).isEqualTo(NodeType.FIFO);
            assertThat(named(tree, "large").attributes().mode()).isEqualTo(0511);
            assertThat(named(tree, "plain").attributes().mtime()).isEqualTo(Instant.parse("1955-11-05T06:15:00.1Z"));
            assertThat(named(tree, "plain").links()).isEqualTo(2);
        }
    }

    private static Node named(Tree tree, String name) {
        return tree.nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Tree descend(Repository repository, Snapshot snapshot) throws IOException {
        Tree tree = repository.loadTree(snapshot.tree());
        for (Path component : source) {
            tree = repository.loadTree(
                    Objects.requireNonNull(named(tree, component.toString()).subtree()));
        }
        return tree;
    }

    private static byte[] content(Repository repository, Node file) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (ObjectId blob : file.content()) {
            bytes.writeBytes(repository.loadBlob(BlobType.DATA, blob).array());
        }
        return bytes.toByteArray();
    }

    /// Every tree that restic wrote, read and written again, must have the id it had.
    @Test
    void ourTreesHaveTheVeryBytesOfRestics() throws IOException {
        backUp(2);
        try (LocalStorage storage = new LocalStorage(place);
                Repository repository = open(storage, PASSWORD)) {
            Set<ObjectId> trees = new HashSet<>();
            repository.index().forEach(entry -> {
                if (entry.type() == BlobType.TREE) {
                    trees.add(entry.id());
                }
            });
            assertThat(trees).hasSizeGreaterThan(3);
            for (ObjectId id : trees) {
                ByteBuffer json = repository.loadBlob(BlobType.TREE, id);
                String ours = StandardCharsets.UTF_8
                        .decode(TreeJson.write(TreeJson.read(json)))
                        .toString();
                assertThat(ours).isEqualTo(StandardCharsets.UTF_8.decode(json).toString());
            }
        }
    }

    @Test
    void packHeadersSayWhatTheIndexSays() throws IOException {
        backUp(2);
        try (LocalStorage storage = new LocalStorage(place);
                Repository repository = open(storage, PASSWORD)) {
            Map<ObjectId, List<IndexEntry>> byPack = new HashMap<>();
            repository.index().forEachPack(byPack::put);
            assertThat(byPack).isNotEmpty();
            for (Map.Entry<ObjectId, List<IndexEntry>> pack : byPack.entrySet()) {
                Path file = place.resolve("data")
                        .resolve(pack.getKey().hex().substring(0, 2))
                        .resolve(pack.getKey().hex());
                assertThat(repository.packReader().header(pack.getKey(), Files.size(file)).stream()
                                .map(blob -> new IndexEntry(
                                        blob.type(),
                                        blob.id(),
                                        pack.getKey(),
                                        blob.offset(),
                                        blob.length(),
                                        blob.plainLength())))
                        .isEqualTo(pack.getValue());
                List<ObjectId> seen = new ArrayList<>();
                repository.packReader().read(pack.getKey(), pack.getValue(), (entry, plain) -> seen.add(entry.id()));
                assertThat(seen)
                        .isEqualTo(pack.getValue().stream().map(IndexEntry::id).toList());
            }
        }
    }

    @Test
    void anyOfSeveralPasswordsOpensItAndKeysAreSharedBothWays() throws IOException {
        restic.run("init");
        Path second = Files.writeString(folder.resolve("password"), "second\n");
        restic.run("key", "add", "--new-password-file", second.toString());
        try (LocalStorage storage = new LocalStorage(place)) {
            for (String password : List.of(PASSWORD, "second")) {
                try (Repository repository = open(storage, password)) {
                    assertThat(repository.keys().list())
                            .hasSize(2)
                            .filteredOn(KeyInfo::current)
                            .hasSize(1);
                }
            }
            assertThatThrownBy(() -> open(storage, "third")).isInstanceOf(HoldfastException.WrongPassword.class);
            try (Repository repository = open(storage, "second")) {
                repository.keys().add(Password.of("third"));
                repository.keys().changePassword(Password.of("fourth"));
                assertThat(repository.keys().list())
                        .hasSize(3)
                        .filteredOn(KeyInfo::current)
                        .hasSize(1);
            }
        }
        new Restic(place, "third").run("snapshots");
        new Restic(place, "fourth").run("snapshots");
        assertThat(new Restic(place, "second").attempt(List.of(), "snapshots").exitCode())
                .isNotZero();
        assertThat(new Restic(place, PASSWORD).run("key", "list").lines().filter(line -> line.contains(":")))
                .hasSize(3);
    }

    @Test
    void nothingIsWrittenToARepositoryOfVersionOne() throws IOException {
        backUp(1);
        try (LocalStorage storage = new LocalStorage(place);
                Repository repository = open(storage, PASSWORD)) {
            assertThatThrownBy(() -> repository.writer(WriterOptions.standard(() -> {}, new Progress())))
                    .isInstanceOf(HoldfastException.PreCheckFailed.class)
                    .hasMessageContaining("format 1");
            assertThatThrownBy(() -> repository.keys().add(Password.of("x")))
                    .isInstanceOf(HoldfastException.PreCheckFailed.class);
            assertThatThrownBy(() -> repository.locks().exclusive())
                    .isInstanceOf(HoldfastException.PreCheckFailed.class);
            try (Lock lock = repository.locks().shared()) {
                lock.check();
                assertThat(place.resolve("locks")).isEmptyDirectory();
            }
        }
    }

    @Test
    void eachHonoursTheOthersLocks() throws Exception {
        restic.run("init");
        try (LocalStorage storage = new LocalStorage(place);
                Repository repository = open(storage, PASSWORD)) {
            try (Lock lock = repository.locks().shared()) {
                lock.confirm();
                Restic.Result prune = restic.attempt(List.of(), "prune");
                assertThat(prune.exitCode()).isNotZero();
                assertThat(prune.err()).contains("already locked");
                restic.run("backup", source.resolve("plain").toString());
            }
            try (Lock lock = repository.locks().exclusive()) {
                lock.confirm();
                assertThat(restic.attempt(
                                        List.of(),
                                        "backup",
                                        source.resolve("plain").toString())
                                .exitCode())
                        .isNotZero();
            }
            assertThat(place.resolve("locks")).isEmptyDirectory();
            ourExclusiveLockWaitsForRestic(repository);
        }
    }

    private void ourExclusiveLockWaitsForRestic(Repository repository) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(Programs.need("restic"), "--no-cache", "-r", place.toString(), "backup", "--stdin");
        builder.environment().put("RESTIC_PASSWORD", PASSWORD);
        Process backup = builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("backup.out").toFile())
                .start();
        try {
            for (int i = 0; i < 300 && repository.locks().list().isEmpty(); i++) {
                Thread.sleep(100);
            }
            assertThat(repository.locks().list())
                    .singleElement()
                    .matches(lock -> lock.pid() == backup.pid() && !lock.stale() && !lock.exclusive());
            assertThatThrownBy(() -> repository.locks().exclusive())
                    .isInstanceOf(HoldfastException.Locked.class)
                    .hasMessageContaining("process " + backup.pid());
            repository.locks().shared().close();
            assertThat(repository.locks().removeStale()).isZero();
        } finally {
            backup.destroyForcibly().waitFor();
        }
        assertThat(repository.locks().list()).singleElement().matches(LockInfo::stale);
        List<String> notes = new ArrayList<>();
        repository.locks().with(Duration.ZERO, notes::add).exclusive().close();
        assertThat(notes).singleElement().asString().contains("removed the stale", "process " + backup.pid());
    }
}
