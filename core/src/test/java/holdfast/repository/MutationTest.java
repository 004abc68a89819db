package holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import holdfast.crypto.Key;
import holdfast.crypto.Seal;
import holdfast.model.Attributes;
import holdfast.model.BlobType;
import holdfast.model.ExtendedAttribute;
import holdfast.model.Fingerprint;
import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Proof;
import holdfast.model.ProofLevel;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.model.TableState;
import holdfast.model.Tree;
import holdfast.pack.PackHeader;
import holdfast.pack.PackedBlob;
import holdfast.repository.json.ManifestJson;
import holdfast.repository.json.ProofJson;
import holdfast.repository.json.SnapshotJson;
import holdfast.repository.json.TreeJson;
import holdfast.repository.json.TreeText;
import holdfast.storage.Copies;
import holdfast.storage.MemoryStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Goal: whatever the bytes of a repository file, reading it ends soon, in a value or in an [IOException],
/// with memory in proportion to the file. Method: good documents with bytes changed, cut out, doubled or
/// replaced by pieces that JSON readers stumble over; the seed is printed with a failure and accepted as
/// `-Dseed=`.
class MutationTest {
    private static final int ROUNDS = 4_000;
    private static final long HEADER_PACK_BYTES = 100 + 200 + 37 + 41 + Seal.OVERHEAD + 4;
    private static final ObjectId ID = ObjectId.hash(new byte[1]);
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            "\"",
            "\\",
            ",",
            ":",
            "null",
            "-1",
            "1e999999999",
            "99999999999999999999999999",
            "0.5",
            "true",
            "\\ud800",
            "\\u0000",
            "\\xff",
            "\u00ff",
            "[[[[[[[[",
            "{\"a\":",
            "18446744073709551615",
            "4294967296");

    private interface Parser {
        Object parse(ByteBuffer bytes) throws IOException;
    }

    private record Format(String name, ByteBuffer good, Parser parser) {}

    private static List<Format> formats() {
        Attributes attributes = new Attributes(
                04755,
                Repositories.NOW,
                Repositories.NOW,
                Repositories.NOW,
                1,
                2,
                "ann",
                "users",
                3,
                4,
                List.of(new ExtendedAttribute("user.a", new byte[] {1, 2, 3})));
        Tree tree = new Tree(List.of(
                new Node("a\n\"", NodeType.FILE, attributes, 5, 2, "", 0, List.of(ID, ID), null),
                new Node("b", NodeType.SYMLINK, attributes, 0, 1, "\udcff", 0, List.of(), null),
                new Node("c", NodeType.DIRECTORY, attributes, 0, 1, "", 0, List.of(), ID)));
        IndexFile index = new IndexFile();
        index.add(
                ID,
                List.of(new PackedBlob(BlobType.DATA, ID, 0, 100, 300), new PackedBlob(BlobType.TREE, ID, 100, 50, 0)));
        Client client = new Client("host", "ann", 1, 2, 3);
        Key master = Key.generate(new SecureRandom());
        KeyFile key = KeyFile.create(master, Repositories.PASSWORD, Repositories.QUICK, client, Repositories.NOW);
        Proof proof = new Proof(ID, ProofLevel.SOUND, true, Repositories.NOW, Duration.ofMillis(5), "host", List.of());
        ByteBuffer header = header();
        return List.of(
                new Format("pack header", header, bytes -> PackHeader.read(bytes.duplicate(), HEADER_PACK_BYTES)),
                new Format("text of a tree", TreeJson.write(tree), TreeText::read),
                new Format("manifest", ManifestJson.write(manifest()), ManifestJson::read),
                new Format("tree", TreeJson.write(tree), TreeJson::read),
                new Format("index", index.done(), bytes -> {
                    IndexFile.read(bytes, (pack, blobs) -> {});
                    return bytes;
                }),
                new Format(
                        "snapshot",
                        SnapshotJson.write(Repositories.snapshot(ID, Repositories.NOW)),
                        bytes -> SnapshotJson.read(ID, bytes)),
                new Format("key", key.write(), KeyFile::read),
                new Format(
                        "lock",
                        new LockFile(
                                        Repositories.NOW,
                                        true,
                                        client,
                                        new LockFile.Own("1a", Repositories.NOW, LockMode.MAINTENANCE, List.of(ID)))
                                .write(),
                        LockFile::read),
                new Format("config", ConfigFile.write(new RepositoryConfig(2, ID, 0x3abcL)), ConfigFile::read),
                new Format("proof", ProofJson.write(proof), ProofJson::read),
                new Format("mark", Marks.write(List.of(ID), Repositories.NOW), bytes -> Marks.read(ID, bytes)),
                new Format("compressed document", compressed(TreeJson.write(tree)), SealedFiles::decode));
    }

    /// Of one blob that is not compressed and one that is.
    private static ByteBuffer header() {
        ByteBuffer header = ByteBuffer.allocate(37 + 41).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) 0).putInt(100).put(ID.bytes());
        header.put((byte) 3).putInt(200).putInt(900).put(ID.bytes());
        return header.flip();
    }

    private static Manifest manifest() {
        SourceRecord source = new SourceRecord(
                SourceKind.SQLITE,
                "/a",
                "/a",
                Map.of("sqlite.version", "3.50"),
                List.of(new TableRecord("tax", 1, new Fingerprint(0, 2))
                        .withReadAt(Repositories.NOW)
                        .withState(new TableState("7.dat", 12, "ab"))),
                1,
                8192,
                List.of("row 3 missing"),
                List.of(new SourceRecord.Failure("x", "changed", true)));
        return new Manifest(1, Repositories.NOW, "holdfast", "host", "ann", "", "", "", List.of(source), 2);
    }

    private static ByteBuffer compressed(ByteBuffer json) {
        byte[] plain = new byte[json.remaining()];
        json.get(plain);
        byte[] frame = Zstd.compress(plain, 3);
        return ByteBuffer.allocate(1 + frame.length).put((byte) 2).put(frame).flip();
    }

    @TestFactory
    List<DynamicTest> damagedDocumentsAreRefusedAndNothingWorse() {
        return formats().stream()
                .map(format -> DynamicTest.dynamicTest(format.name(), () -> mutate(format)))
                .toList();
    }

    private static void mutate(Format format) throws IOException {
        assertThat(format.parser().parse(format.good())).isNotNull();
        long seed = Seeds.seed();
        Random random = new Random(seed);
        long start = System.nanoTime();
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = mutated(format.good(), random);
            try {
                format.parser().parse(ByteBuffer.wrap(bytes));
            } catch (IOException e) {
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ": " + new String(bytes, StandardCharsets.ISO_8859_1), e);
            }
        }
        assertThat(refused).as("seed %d", seed).isGreaterThan(ROUNDS / 10);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as("seed %d", seed)
                .isLessThan(Duration.ofMinutes(1));
    }

    private static byte[] mutated(ByteBuffer good, Random random) {
        byte[] bytes = new byte[good.remaining()];
        good.get(good.position(), bytes);
        for (int change = 1 + random.nextInt(3); change > 0 && bytes.length > 0; change--) {
            int at = random.nextInt(bytes.length);
            int length = Math.min(bytes.length - at, 1 + random.nextInt(12));
            bytes = switch (random.nextInt(5)) {
                case 0 -> replace(bytes, at, 1, new byte[] {(byte) random.nextInt()});
                case 1 -> replace(bytes, at, length, new byte[0]);
                case 2 -> replace(bytes, at, bytes.length - at, new byte[0]);
                case 3 -> replace(bytes, at, 0, Arrays.copyOfRange(bytes, at, at + length));
                default ->
                    replace(
                            bytes,
                            at,
                            length,
                            PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8));
            };
        }
        return bytes;
    }

    private static byte[] replace(byte[] bytes, int at, int length, byte[] by) {
        return ByteBuffer.allocate(bytes.length - length + by.length)
                .put(bytes, 0, at)
                .put(by)
                .put(bytes, at + length, bytes.length - at - length)
                .array();
    }

    /// A flipped bit anywhere in any file of a repository is damage that is named, or does not matter.
    @Test
    void aFlippedBitInAnyFileIsNoticedAndNamed() throws IOException {
        MemoryStorage good = new MemoryStorage();
        List<byte[]> files =
                List.of(Repositories.noise(1, 3000), "text ".repeat(500).getBytes(StandardCharsets.UTF_8));
        try (Repository repository = Repositories.init(good)) {
            Repositories.backUp(repository, files);
            repository.save(
                    new Proof(ID, ProofLevel.SOUND, true, Repositories.NOW, Duration.ofMillis(5), "host", List.of()));
        }
        for (String kind : List.of(Kinds.KEYS, Kinds.SNAPSHOTS, Kinds.INDEX, Kinds.DATA)) {
            for (ObjectId id : RawFiles.list(good, kind)) {
                int bytes = good.get(kind + id.hex()).remaining();
                for (int at = 0; at < bytes; at += Math.max(1, bytes / 40)) {
                    MemoryStorage broken = flipped(good, kind + id.hex(), at);
                    Object outcome = outcome(broken, files);
                    assertThat(outcome)
                            .as("%s%s byte %d", kind, id, at)
                            .satisfiesAnyOf(
                                    fine -> assertThat(fine).isEqualTo("restored"),
                                    named -> assertThat(named.toString()).contains(id.hex()));
                }
            }
        }
    }

    private static Object outcome(MemoryStorage storage, List<byte[]> files) {
        try (Repository repository = Repositories.open(storage)) {
            List<byte[]> restored =
                    Repositories.restore(repository, repository.snapshots().getFirst());
            assertThat(restored).usingElementComparator(Bytes.ORDER).isEqualTo(files);
            return "restored";
        } catch (HoldfastException.Damaged e) {
            return e.getMessage() == null ? "" : e.getMessage();
        } catch (IOException e) {
            return e;
        }
    }

    private static MemoryStorage flipped(MemoryStorage good, String name, int at) throws IOException {
        MemoryStorage copy = Copies.of(good);
        ByteBuffer content = good.get(name);
        ByteBuffer broken = ByteBuffer.allocate(content.remaining()).put(content);
        copy.delete(name);
        copy.put(name, broken.put(at, (byte) (broken.get(at) ^ 16)).flip());
        return copy;
    }
}
