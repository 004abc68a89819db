package holdfast.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.crypto.Key;
import holdfast.crypto.Seal;
import holdfast.model.BlobType;
import holdfast.model.ObjectId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackTest {
    private final Key key = Key.generate(new SecureRandom());
    private final Seal seal = new Seal(key);

    private static ObjectId id(int number) {
        return ObjectId.hash(new byte[] {(byte) number});
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    @Test
    void theHeaderHasTheBytesOfTheFormat() {
        ByteBuffer header = PackHeader.write(List.of(
                new PackedBlob(BlobType.DATA, id(1), 0, 0x01020304, 0x0a0b0c0d),
                new PackedBlob(BlobType.TREE, id(2), 0x01020304, 100, 70),
                new PackedBlob(BlobType.DATA, id(3), 0x01020368, 33, 0),
                new PackedBlob(BlobType.TREE, id(4), 0x01020389, 32, 0)));
        byte[] bytes = new byte[header.remaining()];
        header.get(bytes);
        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo("02" + "04030201" + "0d0c0b0a" + id(1) + "03" + "64000000" + "46000000" + id(2) + "00"
                        + "21000000" + id(3) + "01" + "20000000" + id(4));
    }

    @Test
    void aPackIsReadBackFromItsOwnHeader() throws BrokenPackException {
        PackBuilder builder = new PackBuilder(ByteBuffer.allocateDirect(100_000));
        List<byte[]> contents = new ArrayList<>();
        BlobCompression compression = new BlobCompression();
        for (int i = 0; i < 50; i++) {
            byte[] content = new byte[100 + 10 * i];
            if (i % 2 == 0) {
                new Random(i).nextBytes(content);
            }
            contents.add(content);
            ByteBuffer compressed = compression.compress(direct(content), 3);
            assertThat(compressed == null).isEqualTo(i % 2 == 0);
            ByteBuffer stored = compressed == null ? direct(content) : compressed;
            int length = stored.remaining() + Seal.OVERHEAD;
            BlobType type = i % 3 == 0 ? BlobType.TREE : BlobType.DATA;
            ByteBuffer room =
                    builder.reserve(type, ObjectId.hash(content), length, compressed == null ? 0 : content.length);
            assertThat(room.remaining()).isEqualTo(length);
            seal.seal(stored, room);
        }
        PackBuilder.Pack pack = builder.build(seal);
        int bytes = pack.content().remaining();
        assertThat(pack.id()).isEqualTo(ObjectId.hash(pack.content()));
        assertThat(pack.blobs()).hasSize(50);

        int headerLength = PackHeader.sealedLength(pack.content(), bytes);
        BlobOpener opener = new BlobOpener(key);
        int at = bytes - PackHeader.LENGTH_BYTES - headerLength;
        assertThat(opener.header(pack.content().slice(at, headerLength), bytes)).isEqualTo(pack.blobs());
        for (int i = 0; i < 50; i++) {
            PackedBlob blob = pack.blobs().get(i);
            ByteBuffer plain = opener.open(
                            pack.content().slice(blob.offset(), blob.length()), blob.plainLength(), blob.id())
                    .plain();
            assertThat(plain).isEqualTo(ByteBuffer.wrap(contents.get(i)));
        }
        opener.close();
        compression.close();
    }

    @Test
    void aPackTakesExactlyWhatFits() {
        int capacity = PackBuilder.bytesFor(1000);
        PackBuilder one = new PackBuilder(ByteBuffer.allocateDirect(capacity));
        assertThat(one.fits(1001)).isFalse();
        assertThat(one.fits(1000)).isTrue();
        assertThat(one.reserve(BlobType.DATA, id(1), 1000, 5).remaining()).isEqualTo(1000);
        assertThat(one.fits(0)).isFalse();
        assertThatThrownBy(() -> one.reserve(BlobType.DATA, id(2), 1, 5)).isInstanceOf(IllegalStateException.class);
        assertThat(one.build(seal).content().remaining()).isEqualTo(capacity);
    }

    @Test
    void damageToABlobIsAlwaysNoticed() throws BrokenPackException {
        byte[] content = "abcd".repeat(300).getBytes(StandardCharsets.US_ASCII);
        try (BlobCompression compression = new BlobCompression();
                BlobOpener opener = new BlobOpener(key)) {
            ByteBuffer compressed = Objects.requireNonNull(compression.compress(direct(content), 3));
            ByteBuffer sealed = ByteBuffer.allocate(compressed.remaining() + Seal.OVERHEAD);
            seal.seal(compressed, sealed);
            ObjectId id = ObjectId.hash(content);
            for (int at = 0; at < sealed.capacity(); at++) {
                ByteBuffer broken = ByteBuffer.wrap(sealed.array().clone());
                broken.put(at, (byte) (broken.get(at) ^ 4));
                assertThatThrownBy(() -> opener.open(broken, content.length, id))
                        .isInstanceOf(BrokenPackException.class);
            }
            for (int length : new int[] {-1, 1, 1199, 1201, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                assertThatThrownBy(() -> opener.open(sealed.duplicate().flip(), length, id))
                        .isInstanceOf(BrokenPackException.class);
            }
            assertThatThrownBy(() -> opener.open(sealed.duplicate().flip(), content.length, id(1)))
                    .isInstanceOf(BrokenPackException.class)
                    .hasMessageContaining("hash");
            assertThatThrownBy(() -> opener.open(ByteBuffer.allocate(31), 5, id))
                    .isInstanceOf(BrokenPackException.class);
            assertThat(opener.open(sealed.duplicate().flip(), content.length, id)
                            .plain())
                    .isEqualTo(ByteBuffer.wrap(content));
        }
    }

    /// A frame that would expand to far more than its recorded length is stopped at that length.
    @Test
    void aBombIsNotExpanded() {
        try (BlobCompression compression = new BlobCompression()) {
            ByteBuffer bomb = Objects.requireNonNull(compression.compress(ByteBuffer.allocateDirect(64 << 20), 19));
            ByteBuffer little = ByteBuffer.allocateDirect(1000);
            assertThatThrownBy(() -> compression.decompress(bomb, little)).isInstanceOf(BrokenPackException.class);
            assertThatThrownBy(() -> BlobCompression.checkExpansion(bomb, 1000))
                    .isInstanceOf(BrokenPackException.class)
                    .hasMessageContaining("67108864");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, -1, 31, 68, 100_000, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void anImpossibleHeaderLengthIsRefused(int length) {
        ByteBuffer tail =
                ByteBuffer.allocate(500).order(ByteOrder.LITTLE_ENDIAN).putInt(496, length);
        assertThatThrownBy(() -> PackHeader.sealedLength(tail, 500)).isInstanceOf(BrokenPackException.class);
        assertThatThrownBy(() -> PackHeader.sealedLength(ByteBuffer.allocate(3), 3))
                .isInstanceOf(BrokenPackException.class);
    }

    /// Goal: whatever the bytes of a header, reading ends soon in a list or a [BrokenPackException]. Method: a
    /// good header with a few bytes changed, cut or added.
    @Test
    void mutatedHeadersNeverDoWorseThanBeRefused() {
        long seed = seed();
        Random random = new Random(seed);
        List<PackedBlob> blobs = new ArrayList<>();
        int offset = 0;
        for (int i = 0; i < 20; i++) {
            blobs.add(new PackedBlob(i % 2 == 0 ? BlobType.DATA : BlobType.TREE, id(i), offset, 40 + i, i % 3 * 50));
            offset += 40 + i;
        }
        ByteBuffer good = PackHeader.write(blobs);
        long bytes = (long) offset + good.remaining() + Seal.OVERHEAD + PackHeader.LENGTH_BYTES;
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] broken = new byte[good.remaining()];
            good.get(0, broken);
            for (int change = 1 + random.nextInt(3); change > 0; change--) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt();
            }
            int length = random.nextInt(4) == 0 ? random.nextInt(broken.length) : broken.length;
            try {
                PackHeader.read(ByteBuffer.wrap(broken, 0, length), bytes);
            } catch (BrokenPackException e) {
                refused++;
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(refused).as("seed %d", seed).isPositive();
    }

    private static long seed() {
        String given = System.getProperty("seed", "");
        return given.isEmpty() ? System.nanoTime() : Long.parseLong(given);
    }
}
