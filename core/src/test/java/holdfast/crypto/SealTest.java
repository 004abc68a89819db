package holdfast.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;

/// Goal: what was sealed opens to the same bytes, what was changed does not open at all, and the bytes are
/// restic's construction, taken apart here with the JDK's AES and BouncyCastle's Poly1305.
class SealTest {
    private final Key key = Key.generate(new SecureRandom());
    private final Seal seal = new Seal(key);

    @Test
    void sealedContentOpensWhateverItsLengthAndWhereverItLies() throws Exception {
        Random random = new Random(5);
        int[] lengths = {0, 1, 15, 16, 17, 31, 32, 33, 4095, 4096, 4097, 8192, 100_000, 1 << 20, (1 << 20) + 5};
        for (int length : lengths) {
            byte[] content = bytes(random, length);
            for (int kind = 0; kind < 4; kind++) {
                boolean directIn = (kind & 1) != 0;
                boolean directOut = (kind & 2) != 0;
                ByteBuffer plain = buffer(directIn, length + 10).position(7);
                plain.put(content).flip().position(7);
                ByteBuffer sealed =
                        buffer(directOut, length + Seal.OVERHEAD + 3).position(3);
                seal.seal(plain, sealed);
                assertThat(plain.hasRemaining()).isFalse();
                assertThat(sealed.position()).isEqualTo(3 + length + Seal.OVERHEAD);
                ByteBuffer opened = buffer(directIn, length);
                seal.open(sealed.flip().position(3).asReadOnlyBuffer(), opened);
                assertThat(array(opened.flip())).isEqualTo(content);
            }
        }
    }

    @Test
    void theBytesAreResticsConstruction() throws Exception {
        Random random = new Random(6);
        for (int length = 0; length < 200; length++) {
            byte[] content = bytes(random, length);
            byte[] sealed = seal(content);
            byte[] iv = Arrays.copyOf(sealed, 16);
            Cipher aes = Cipher.getInstance("AES/CTR/NoPadding");
            aes.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key.encrypt(), "AES"), new IvParameterSpec(iv));
            assertThat(aes.doFinal(sealed, 16, length)).isEqualTo(content);

            Cipher ecb = Cipher.getInstance("AES/ECB/NoPadding");
            ecb.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key.macK(), "AES"));
            byte[] polyKey = new byte[32];
            System.arraycopy(key.macR(), 0, polyKey, 0, 16);
            System.arraycopy(ecb.doFinal(iv), 0, polyKey, 16, 16);
            var poly = new org.bouncycastle.crypto.macs.Poly1305();
            poly.init(new KeyParameter(polyKey));
            poly.update(sealed, 16, length);
            byte[] tag = new byte[16];
            poly.doFinal(tag, 0);
            assertThat(Arrays.copyOfRange(sealed, 16 + length, sealed.length)).isEqualTo(tag);
        }
    }

    @Test
    void theCounterCarriesThroughAllItsBytes() throws Exception {
        // no IV of our choosing goes in, so this seals by hand: a counter of all ones wraps to zero
        byte[] iv = new byte[16];
        Arrays.fill(iv, (byte) 0xff);
        byte[] content = bytes(new Random(7), 10_000);
        Cipher aes = Cipher.getInstance("AES/CTR/NoPadding");
        aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key.encrypt(), "AES"), new IvParameterSpec(iv));
        byte[] encrypted = aes.doFinal(content);
        Cipher ecb = Cipher.getInstance("AES/ECB/NoPadding");
        ecb.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key.macK(), "AES"));
        Poly1305 poly = new Poly1305(key.macR());
        poly.update(encrypted, 0, encrypted.length);
        byte[] tag = new byte[16];
        poly.finish(ecb.doFinal(iv), tag);
        ByteBuffer sealed = ByteBuffer.allocate(content.length + Seal.OVERHEAD);
        sealed.put(iv).put(encrypted).put(tag).flip();
        ByteBuffer opened = ByteBuffer.allocate(content.length);
        seal.open(sealed, opened);
        assertThat(opened.array()).isEqualTo(content);
    }

    @Test
    void everyFlippedBitIsRefusedAndNothingIsRevealed() {
        byte[] sealed = seal(bytes(new Random(8), 100));
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] damaged = sealed.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertRefused(damaged);
        }
    }

    @Test
    void everyCutIsRefused() {
        byte[] sealed = seal(bytes(new Random(9), 100));
        for (int length = 0; length < sealed.length; length++) {
            assertRefused(Arrays.copyOf(sealed, length));
            assertRefused(Arrays.copyOfRange(sealed, sealed.length - length, sealed.length));
        }
        assertRefused(Arrays.copyOf(sealed, sealed.length + 1));
    }

    private void assertRefused(byte[] damaged) {
        ByteBuffer sealed = ByteBuffer.wrap(damaged);
        ByteBuffer plain = ByteBuffer.allocate(damaged.length);
        assertThatThrownBy(() -> seal.open(sealed, plain)).isInstanceOf(BrokenSealException.class);
        assertThat(plain.position()).isZero();
        assertThat(plain.array()).isEqualTo(new byte[damaged.length]);
        assertThat(sealed.position()).isZero();
    }

    @Test
    void anotherKeyDoesNotOpen() {
        ByteBuffer sealed = ByteBuffer.wrap(seal(new byte[50]));
        Seal other = new Seal(Key.generate(new SecureRandom()));
        assertThatThrownBy(() -> other.open(sealed, ByteBuffer.allocate(50))).isInstanceOf(BrokenSealException.class);
    }

    @Test
    void anUnclampedKeyIsTheSameKey() throws Exception {
        byte[] r = key.macR();
        r[3] |= (byte) 0xf0;
        r[8] |= 3;
        ByteBuffer opened = ByteBuffer.allocate(50);
        new Seal(Key.of(key.encrypt(), key.macK(), r)).open(ByteBuffer.wrap(seal(new byte[50])), opened);
        assertThat(opened.hasRemaining()).isFalse();
    }

    @Test
    void noTwoSealedCopiesAreEqual() {
        assertThat(seal(new byte[50])).isNotEqualTo(seal(new byte[50]));
    }

    @Test
    void tooLittleRoomIsSaidBeforeAnythingIsWritten() {
        ByteBuffer plain = ByteBuffer.allocate(10);
        ByteBuffer small = ByteBuffer.allocate(41);
        assertThatThrownBy(() -> seal.seal(plain, small)).isInstanceOf(BufferOverflowException.class);
        assertThat(plain.position()).isZero();
        assertThat(small.position()).isZero();
        ByteBuffer sealed = ByteBuffer.wrap(seal(new byte[10]));
        assertThatThrownBy(() -> seal.open(sealed, ByteBuffer.allocate(9))).isInstanceOf(BufferOverflowException.class);
        assertThat(sealed.position()).isZero();
    }

    @Test
    void keysKeepTheirSecrets() {
        assertThat(key.toString()).isEqualTo("***");
        key.encrypt()[0] ^= 1;
        byte[] mine = key.encrypt();
        assertThat(mine).isEqualTo(key.encrypt());
        assertThatThrownBy(() -> Key.of(new byte[31], new byte[16], new byte[16]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private byte[] seal(byte[] content) {
        ByteBuffer sealed = ByteBuffer.allocate(content.length + Seal.OVERHEAD);
        seal.seal(ByteBuffer.wrap(content), sealed);
        return sealed.array();
    }

    private static ByteBuffer buffer(boolean direct, int bytes) {
        return direct ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
    }

    private static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
