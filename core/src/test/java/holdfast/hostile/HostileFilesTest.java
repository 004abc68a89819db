package holdfast.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.pack.PackedBlob;
import holdfast.repository.ForgedRepository;
import holdfast.repository.Repositories;
import holdfast.repository.Repository;
import holdfast.storage.Copies;
import holdfast.storage.MemoryStorage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Goal: no file of a repository, whoever wrote it, makes a verb run out of memory or time, or fail by anything but an
/// error that names the file. Method: files forged one by one beside a good snapshot.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileFilesTest {
    private static final int LARGE = 900 << 20;

    @TempDir
    Path folder;

    private final MemoryStorage storage = new MemoryStorage();
    private ForgedRepository forged;
    private Snapshot good;

    @BeforeEach
    void make() throws IOException {
        forged = new ForgedRepository(storage);
        good = Repositories.backUp(forged.repository(), List.of(new byte[] {1, 2, 3}));
    }

    /// Frames of many spaces, which JSON passes over, without the length of their content.
    private static byte[] spaces(String begin, int count) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        try (OutputStream out = new ZstdOutputStreamNoFinalizer(frame, 3)) {
            out.write(begin.getBytes(StandardCharsets.US_ASCII));
            byte[] spaces = new byte[1 << 20];
            Arrays.fill(spaces, (byte) ' ');
            for (int left = count; left > 0; left -= spaces.length) {
                out.write(spaces);
            }
        }
        return frame.toByteArray();
    }

    private static byte[] document(byte[] frame) {
        return ByteBuffer.allocate(1 + frame.length).put((byte) 2).put(frame).array();
    }

    @ParameterizedTest
    @CsvSource({
        "1099511627776, 8, 1",
        "1073741824, 8, 1",
        "16777216, 8, 1",
        "2, 1, 8388608",
        "2, 1, 16777215",
        "2, 16777215, 1",
        "32768, 8, 2147483647",
        "0, 0, 0",
        "-2, 8, 1",
        "3, 8, 1",
    })
    void keysThatAskForTooMuchAreRefusedByName(String n, String r, String p) throws IOException {
        String json = key(n, r, p, 64);
        forged.key(json);
        String name = ObjectId.hash(json.getBytes(StandardCharsets.US_ASCII)).hex();
        Repositories.open(storage).close();
        MemoryStorage alone = new MemoryStorage();
        alone.put("config", storage.get("config"));
        alone.put("keys/" + name, storage.get("keys/" + name));
        assertThatThrownBy(() -> Repositories.open(alone))
                .isInstanceOf(HoldfastException.class)
                .hasMessageContaining(name);
    }

    private static String key(String n, String r, String p, int salt) {
        Base64.Encoder base64 = Base64.getEncoder();
        return "{\"created\":\"2030-01-01T00:00:00Z\",\"username\":\"x\",\"hostname\":\"x\",\"kdf\":\"scrypt\",\"N\":"
                + n + ",\"r\":" + r + ",\"p\":" + p + ",\"salt\":\"" + base64.encodeToString(new byte[salt])
                + "\",\"data\":\"" + base64.encodeToString(new byte[200]) + "\"}";
    }

    @Test
    void aGiantSaltIsRefused() throws IOException {
        forged.key(key("2", "8", "100000", 10_000_000));
        Repositories.open(storage).close();
    }

    /// Each would take a quarter of a minute, and all are newer than the good one.
    @Test
    void manyCostlyKeysDoNotKeepTheGoodOneFromBeingTried() throws IOException {
        for (int i = 0; i < 19; i++) {
            forged.key(key("65536", "8", "200", 64 + i));
        }
        Repositories.open(storage).close();
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "2", "3", "ffffffffffffffff", "8000000000000000", "3da3358b4dc174"})
    void oddPolynomialsAreNoReasonToFail(String polynomial) throws IOException {
        storage.delete("config");
        String json =
                "{\"version\":2,\"id\":\"" + "ab".repeat(32) + "\",\"chunker_polynomial\":\"" + polynomial + "\"}";
        ObjectId config = forged.sealed("snapshots/", json.getBytes(StandardCharsets.US_ASCII));
        storage.put("config", storage.get("snapshots/" + config));
        storage.delete("snapshots/" + config);
        try (Repository open = Repositories.open(storage)) {
            Verb.BACKUP.run(open, good, folder);
            assertThat(Verb.CHECK.run(open, good, folder)).isTrue();
        }
    }

    @Test
    void aConfigThatIsNoneIsNamed() throws IOException {
        for (String polynomial : List.of("", "g", "-1", "10000000000000000", "f".repeat(1_000_000))) {
            String json =
                    "{\"version\":2,\"id\":\"" + "ab".repeat(32) + "\",\"chunker_polynomial\":\"" + polynomial + "\"}";
            MemoryStorage copy = Copies.of(storage);
            copy.delete("config");
            ObjectId config = forged.sealed("snapshots/", json.getBytes(StandardCharsets.US_ASCII));
            copy.put("config", storage.get("snapshots/" + config));
            storage.delete("snapshots/" + config);
            assertThatThrownBy(() -> Repositories.open(copy))
                    .isInstanceOf(HoldfastException.Damaged.class)
                    .hasMessageContaining("config");
        }
    }

    @ParameterizedTest
    @CsvSource({"snapshots/", "index/", "locks/", "proofs/"})
    void documentsThatBecomeGigabytesAreNamed(String kind) throws IOException {
        byte[] frame = spaces("{", LARGE);
        assertThat(frame.length).isLessThan(200_000);
        assertNamed(kind, document(frame));
        byte[] sized = Zstd.compress(new byte[200 << 20], 1);
        assertNamed(kind, document(sized));
        byte[] lying = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, (byte) 0xE0, 0, 0, 0, 0, 0, 0, 0, 0x10, 1, 0, 0};
        assertNamed(kind, document(lying));
        byte[] window = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0, (byte) 0xF8, 1, 0, 0};
        assertNamed(kind, document(window));
        assertNamed(kind, "[".repeat(1_000_000).getBytes(StandardCharsets.US_ASCII));
    }

    private void assertNamed(String kind, byte[] opened) throws IOException {
        ObjectId id = forged.sealed(kind, opened);
        try (Repository open = Repositories.open(Copies.of(storage))) {
            Set<String> told = new HashSet<>();
            open.tellOfDamage(damaged -> told.add(String.valueOf(damaged.getMessage())));
            open.readableSnapshots();
            open.proofs();
            open.index();
            if (kind.equals("locks/")) {
                assertThatThrownBy(() -> open.locks().exclusive())
                        .isInstanceOf(HoldfastException.Locked.class)
                        .hasMessageContaining(id.brief());
            } else {
                assertThat(told).anyMatch(message -> message.contains(id.hex()));
            }
        }
        storage.delete(kind + id);
    }

    @ParameterizedTest
    @EnumSource(BlobType.class)
    void blobsThatBecomeGigabytesAreNamedAndNotTakenForDamaged(BlobType type) throws IOException {
        byte[] frame = spaces("", LARGE);
        ObjectId id = ObjectId.hash(frame);
        forged.blob(type, frame, id, LARGE);
        Snapshot bomb =
                forged.snapshot(type == BlobType.TREE ? id : forged.treeOf(ForgedRepository.file("a", id, LARGE)));
        for (Verb verb : EnumSet.complementOf(EnumSet.of(Verb.RESTORE_PART))) {
            try (Repository open = Repositories.open(Copies.of(storage))) {
                verb.run(open, bomb, folder.resolve(verb.name()));
            } catch (HoldfastException.Failed | HoldfastException.PreCheckFailed e) {
                assertThat(e.getMessage()).as("%s", verb).contains(id.hex());
            }
        }
    }

    @Test
    void aBlobThatYieldsMoreOrLessThanItSaysIsNamed() throws IOException {
        byte[] plain = new byte[100_000];
        ObjectId id = ObjectId.hash(plain);
        for (int claimed : new int[] {1, 99_999, 100_001, 1 << 20, 1 << 30, Integer.MAX_VALUE}) {
            MemoryStorage copy = new MemoryStorage();
            try (ForgedRepository other = new ForgedRepository(copy)) {
                other.blob(BlobType.DATA, Zstd.compress(plain, 3), id, claimed);
                other.snapshot(other.treeOf(ForgedRepository.file("a", id, plain.length)));
            }
            try (Repository open = Repositories.open(copy)) {
                assertThatThrownBy(() -> open.loadBlob(BlobType.DATA, id))
                        .isInstanceOf(HoldfastException.class)
                        .hasMessageContaining(id.hex());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 2147483647, 0",
        "2147483000, 600, 0",
        "100000, 32, 0",
        "0, 32, 2147483647",
        "0, 33, 1073741824",
        "1, 40, 0",
        "0, 32, 0"
    })
    void anIndexThatNamesPlacesThatAreNoneDoesNoHarm(int offset, int length, int plain) throws IOException {
        ObjectId pack = forged.repository().index().packs().getFirst();
        ObjectId data = ObjectId.hash(new byte[] {9});
        ObjectId tree = ObjectId.hash(new byte[] {8});
        forged.index(
                pack,
                List.of(
                        new PackedBlob(BlobType.DATA, data, offset, length, plain),
                        new PackedBlob(BlobType.TREE, tree, offset, length, plain)));
        Snapshot lie = forged.snapshot(forged.treeOf(
                ForgedRepository.folder("a", tree),
                ForgedRepository.file("b", data, plain == 0 ? length - 32 : plain)));
        for (Verb verb : Verb.values()) {
            String when = verb + " of " + offset + " " + length + " " + plain;
            try (Repository open = Repositories.open(Copies.of(storage))) {
                assertThat(verb.run(open, lie, folder.resolve(verb.name())) && verb == Verb.RESTORE)
                        .as(when)
                        .isFalse();
            } catch (HoldfastException e) {
                assertThat(e.getMessage()).as(when).isNotBlank();
            }
            goodIsStillRight(verb, lie);
        }
    }

    /// Whatever the verb did, the good snapshot is not its victim.
    private void goodIsStillRight(Verb verb, Snapshot lie) throws IOException {
        MemoryStorage copy = Copies.of(storage);
        try (Repository open = Repositories.open(copy)) {
            verb.run(open, lie, folder.resolve("again " + verb.name()));
        } catch (HoldfastException e) {
            // what it said was looked at
        }
        try (Repository open = Repositories.open(copy)) {
            assertThat(Repositories.restore(open, good)).containsExactly(new byte[] {1, 2, 3});
        }
    }

    @Test
    void anIndexOfPacksThatAreNotThereHidesNothing() throws IOException {
        byte[] content = {1, 2, 3};
        forged.index(
                ObjectId.hash(new byte[] {6}),
                List.of(new PackedBlob(BlobType.DATA, ObjectId.hash(content), 0, 35, 0)));
        try (Repository open = Repositories.open(storage)) {
            assertThat(Repositories.restore(open, good)).containsExactly(content);
            assertThat(Verb.CHECK.run(open, good, folder)).isFalse();
            Verb.BACKUP.run(open, good, folder);
        }
        goodIsStillRight(Verb.REPAIR_INDEX, good);
        goodIsStillRight(Verb.PRUNE, good);
    }

    @Test
    void packsWhoseHeadersLieAreNamed() throws IOException {
        for (int claimed : new int[] {0, 1, 31, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
            MemoryStorage copy = Copies.of(storage);
            ByteBuffer content = ByteBuffer.allocate(5_000).order(ByteOrder.LITTLE_ENDIAN);
            content.putInt(4_996, claimed);
            ObjectId pack = ObjectId.hash(content);
            copy.put("data/" + pack, content);
            try (Repository open = Repositories.open(copy)) {
                assertThatThrownBy(() -> open.packReader().header(pack, 5_000))
                        .isInstanceOf(HoldfastException.Damaged.class)
                        .hasMessageContaining(pack.hex());
                Verb.REPAIR_INDEX.run(open, good, folder);
                assertThat(Repositories.restore(open, good)).containsExactly(new byte[] {1, 2, 3});
            }
        }
    }
}
