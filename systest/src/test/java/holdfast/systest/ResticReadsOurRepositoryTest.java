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
import holdfast.repository.Client;
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
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: the stock restic finds nothing to complain of in what our engine writes, and brings back exactly that.
/// Method: a small tree of awkward nodes, written through the engine, restored by restic and compared.
final class ResticReadsOurRepositoryTest {
    private static final String PASSWORD = "pass wörd";
    /// Only root may give files away.
    private static final long OWNER =
            Client.current().uid() == 0 ? 1234 : Client.current().uid();
    private static final long GROUP =
            Client.current().uid() == 0 ? 1235 : Client.current().gid();

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
        return new Attributes(mode, T, T, T, OWNER, GROUP, "", "", 0, 0, extended);
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

    /// restic 0.14 knows no link targets that are no UTF-8: of those only the readable part is compared.
    @Test
    void restoreBringsBackEveryNodeExactly() throws IOException, InterruptedException {
        Path target = folder.resolve("restored");
        restic.run("restore", saved.id().hex(), "--target", target.toString());
        Map<String, String> hashes = new TreeMap<>();
        contents.forEach(
                (name, bytes) -> hashes.put("dir/" + name, ObjectId.hash(bytes).hex()));
        hashes.put("dir/run me", ObjectId.hash(new byte[0]).hex());
        Map<String, String> restored = new TreeMap<>();
        for (String line : records(target, "find . -type f -exec sha256sum -z {} +")) {
            restored.put(line.substring(68), line.substring(0, 64));
        }
        assertThat(restored).isEqualTo(hashes);

        Map<String, String> nodes = new TreeMap<>();
        contents.keySet().forEach(name -> nodes.put("dir/" + name, "f 640"));
        nodes.put("dir/run me", "f 4755");
        nodes.put("dir/pipe", "p 622");
        nodes.put("dir/link", "l 777 ../<x> & ümläut");
        nodes.put("dir", "d 1775");
        nodes.put("empty dir", "d 700");
        Map<String, String> found = new TreeMap<>();
        for (String line : records(target, "find . -mindepth 1 -printf '%P\\t%y %m %l %U:%G %T@\\0'")) {
            int tab = line.lastIndexOf('\t');
            String[] fields = line.substring(tab + 1).split(" (?=[0-9]+:)");
            assertThat(fields[1]).as(line).isEqualTo(OWNER + ":" + GROUP + " 1772360430.1234567890");
            found.put(line.substring(0, tab), fields[0].strip());
        }
        assertThat(found.remove("dir/stray link")).startsWith("l 777 a").endsWith("/b");
        assertThat(found).isEqualTo(nodes);
    }

    /// What a command prints, in pieces that end in a zero byte; names as we hold them, whatever the locale.
    private static List<String> records(Path folder, String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-c", command)
                .directory(folder.toFile())
                .start();
        byte[] out = process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).isZero();
        List<String> records = new ArrayList<>();
        for (int from = 0, to = 0; to < out.length; to++) {
            if (out[to] == 0) {
                records.add(FileNames.decode(Arrays.copyOfRange(out, from, to)));
                from = to + 1;
            }
        }
        return records;
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
