package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.Attributes;
import holdfast.model.BlobType;
import holdfast.model.ExtendedAttribute;
import holdfast.model.FileNames;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.model.Tree;
import holdfast.repository.BlobWriter;
import holdfast.repository.InitOptions;
import holdfast.repository.Lock;
import holdfast.repository.Password;
import holdfast.repository.Repository;
import holdfast.repository.WriterOptions;
import holdfast.storage.LocalStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: the stock restic finds nothing to complain of in what our engine writes, and brings back exactly that.
/// Method: a small tree of awkward nodes, written through the engine, restored by restic and compared.
final class ResticReadsOurRepositoryTest {
    private static final String PASSWORD = "pass wörd";
    private static final Instant T = Instant.parse("2026-03-01T10:20:30.123456789Z");

    @TempDir
    Path folder;

    private Path place;
    private Restic restic;
    private final Map<String, byte[]> contents = new TreeMap<>();
    private Snapshot saved;

    @BeforeEach
    void writeARepository() throws Exception {
        place = folder.resolve("repository");
        restic = new Restic(place, PASSWORD);
        contents.put("plain", "hello\n".getBytes(StandardCharsets.UTF_8));
        contents.put("empty", new byte[0]);
        contents.put("zeros", new byte[3_000_000]);
        contents.put("noise", noise(3_500_000));
        contents.put(" <a>&'\"\\ \t\n\u007f", noise(10));
        contents.put("ümläut 日本 😀 \u2028 \u00a0", noise(100_001));
        contents.put(FileNames.decode(new byte[] {'b', -1, -61, 'x'}), noise(20));
        contents.put("n".repeat(255), noise(1));
        contents.put("\uffee", noise(2));
        try (LocalStorage storage = new LocalStorage(place);
                Repository repository =
                        Repository.init(storage, Password.of(PASSWORD), InitOptions.DEFAULT, InstantSource.fixed(T));
                Lock lock = repository.locks().shared()) {
            try (BlobWriter writer = repository.writer(WriterOptions.standard(lock::check, new Progress()))) {
                ObjectId root = writeTrees(writer);
                writer.finish();
                saved = repository.save(snapshot(root));
            }
        }
    }

    private ObjectId writeTrees(BlobWriter writer) throws IOException, InterruptedException, ExecutionException {
        List<Node> nodes = new ArrayList<>();
        for (Map.Entry<String, byte[]> file : contents.entrySet()) {
            List<ObjectId> blobs = new ArrayList<>();
            for (int from = 0; from < file.getValue().length; from += 1 << 20) {
                int length = Math.min(1 << 20, file.getValue().length - from);
                blobs.add(writer.write(BlobType.DATA, ByteBuffer.wrap(file.getValue(), from, length))
                        .get());
            }
            nodes.add(new Node(
                    file.getKey(), NodeType.FILE, attributes(0640), file.getValue().length, 1, "", 0, blobs, null));
        }
        nodes.add(link("link", "../<x> & ümläut"));
        nodes.add(link("stray link", FileNames.decode(new byte[] {'a', -2, '/', 'b'})));
        nodes.add(node("pipe", NodeType.FIFO, 0622));
        nodes.add(node("run me", NodeType.FILE, 04755));
        nodes.sort(Comparator.comparing(Node::name, FileNames::compare));
        ObjectId inner = writer.writeTree(new Tree(nodes));
        ObjectId empty = writer.writeTree(new Tree(List.of()));
        return writer.writeTree(new Tree(List.of(
                node("dir", NodeType.DIRECTORY, 01775).withSubtree(inner),
                node("empty dir", NodeType.DIRECTORY, 0700).withSubtree(empty))));
    }

    private static Node link(String name, String target) {
        return new Node(name, NodeType.SYMLINK, attributes(0777), 0, 1, target, 0, List.of(), null);
    }

    private static Node node(String name, NodeType type, int mode) {
        return new Node(name, type, attributes(mode), 0, 1, "", 0, List.of(), null);
    }

    private static Attributes attributes(int mode) {
        List<ExtendedAttribute> extended = mode == 0640
                ? List.of(new ExtendedAttribute("user.note", "<ü>".getBytes(StandardCharsets.UTF_8)))
                : List.of();
        long uid = Long.parseLong(System.getProperty("user.name").equals("root") ? "1234" : "0");
        return new Attributes(mode, T, T, T, uid, uid, "", "", 0, 0, extended);
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static Snapshot snapshot(ObjectId root) {
        return new Snapshot(
                new ObjectId(0, 0, 0, 0),
                T,
                root,
                List.of("/dir", "/empty dir"),
                "test-host",
                "<ann>",
                1000,
                100,
                List.of("*.tmp"),
                List.of("nightly", "<b&w>"),
                null,
                null,
                "holdfast 0.1",
                new Snapshot.Summary(T, T, 9, 0, 0, 2, 0, 0, 8, 3, 100, 90, 9, 1000));
    }

    @Test
    void checkReadsEveryByteAndIsContent() {
        assertThat(restic.run("check", "--read-data")).contains("no errors were found");
    }

    @Test
    void theSnapshotIsListedWithAllItsFields() {
        assertThat(restic.run("snapshots", "--json"))
                .contains("\"time\":\"2026-03-01T10:20:30.123456789Z\"")
                .contains("\"hostname\":\"test-host\"", "\"username\":\"\\u003cann\\u003e\"", "\"uid\":1000")
                .contains("\"tags\":[\"nightly\",\"\\u003cb\\u0026w\\u003e\"]", "\"excludes\":[\"*.tmp\"]")
                .contains("\"id\":\"" + saved.id() + "\"");
        assertThat(restic.run("ls", "--json", "latest").lines()).hasSize(1 + 2 + contents.size() + 4);
    }

    @Test
    void restoreBringsBackEveryNodeExactly() throws IOException {
        Path target = folder.resolve("restored");
        restic.run("restore", saved.id().hex(), "--target", target.toString());
        Path dir = target.resolve("dir");
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> entries = Files.list(dir)) {
            for (Path path : entries.toList()) {
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    assertThat(Files.getLastModifiedTime(path)).isEqualTo(FileTime.from(T));
                }
            }
        }
        for (Map.Entry<String, byte[]> file : contents.entrySet()) {
            if (FileNames.isText(file.getKey()) && file.getKey().chars().allMatch(c -> c < 0x7f && c >= ' ')) {
                files.put(file.getKey(), Files.readAllBytes(dir.resolve(file.getKey())));
                assertThat(files.get(file.getKey())).isEqualTo(file.getValue());
            }
        }
        assertThat(files).hasSizeGreaterThanOrEqualTo(5);
        assertThat(Files.readSymbolicLink(dir.resolve("link")).toString()).startsWith("../<x> & ");
        assertThat(Files.getAttribute(dir.resolve("run me"), "unix:mode")).isEqualTo(0100000 | 04755);
        assertThat(Files.getAttribute(dir, "unix:mode")).isEqualTo(040000 | 01775);
        assertThat(target.resolve("empty dir")).isEmptyDirectory();
    }

    @Test
    void dumpGivesTheBytesOfOddlyNamedFiles() {
        for (Map.Entry<String, byte[]> file : contents.entrySet()) {
            if (FileNames.isText(file.getKey()) && file.getKey().chars().allMatch(c -> c < 0x80)) {
                Restic.Result dumped = restic.attempt(List.of(), "dump", "latest", "/dir/" + file.getKey());
                assertThat(dumped.exitCode()).as(dumped.all()).isZero();
                assertThat(dumped.out()).isEqualTo(file.getValue());
            }
        }
    }

    @Test
    void resticForgetsPrunesAndKeepsWorkingOnIt() throws IOException {
        Path more = Files.writeString(folder.resolve("more.txt"), "more");
        restic.run("backup", more.toString());
        restic.run("tag", "--add", "kept", "latest");
        restic.run("forget", "--prune", saved.id().hex());
        assertThat(restic.run("check", "--read-data")).contains("no errors were found");
        assertThat(restic.run("snapshots", "--json")).doesNotContain(saved.id().hex());
    }
}
