package holdfast.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;

/// Goal: our Poly1305 is Poly1305. Method: the vectors of its author, and BouncyCastle as oracle for every
/// length up to 300 bytes, for random longer ones cut into random pieces, and for values at the edges of limbs
/// and modulus.
class Poly1305Test {
    private static final HexFormat HEX = HexFormat.of();

    /// Appendix B of "The Poly1305-AES message-authentication code": message, r, k, n, tag.
    @Test
    void publishedVectorsOfPoly1305Aes() throws Exception {
        assertVector(
                "f3f6",
                "851fc40c3467ac0be05cc20404f3f700",
                "ec074c835580741701425b623235add6",
                "fb447350c4e868c52ac3275cf9d4327e",
                "f4c633c3044fc145f84f335cb81953de");
        assertVector(
                "",
                "a0f3080000f46400d0c7e9076c834403",
                "75deaa25c09f208e1dc4ce6b5cad3fbf",
                "61ee09218d29b0aaed7e154a2c5509cc",
                "dd3fab2251f11ac759f0887129cc2ee7");
        assertVector(
                "663cea190ffb83d89593f3f476b6bc24d7e679107ea26adb8caf6652d0656136",
                "48443d0bb0d21109c89a100b5ce2c208",
                "6acb5f61a7176dd320c5c1eb2edcdc74",
                "ae212a55399729595dea458bc621ff0e",
                "0ee1c16bb73f0f4fd19881753c01cdbe");
        assertVector(
                "ab0812724a7f1e342742cbed374d94d136c6b8795d45b3819830f2c04491faf0990c62e48b8018b2c3e4a0fa3134cb67fa83e158c9"
                        + "94d961c4cb21095c1bf9",
                "12976a08c4426d0ce8a82407c4f48207",
                "e1a5668a4d5b66a5f68cc5424ed5982d",
                "9ae831e743978d3a23527c7128149e3a",
                "5154ad0d2cb26e01274fc51148491f1b");
    }

    private static void assertVector(String message, String r, String k, String nonce, String tag) throws Exception {
        Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
        aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(HEX.parseHex(k), "AES"));
        byte[] s = aes.doFinal(HEX.parseHex(nonce));
        assertThat(HEX.formatHex(ours(HEX.parseHex(r), s, HEX.parseHex(message))))
                .isEqualTo(tag);
    }

    @Test
    void everyLengthUpTo300AgreesWithBouncyCastle() {
        Random random = new Random(1);
        for (int length = 0; length <= 300; length++) {
            for (int i = 0; i < 20; i++) {
                assertAgrees(bytes(random, 16), bytes(random, 16), bytes(random, length));
            }
        }
    }

    @Test
    void longRandomMessagesInPiecesAgree() {
        Random random = new Random(2);
        for (int i = 0; i < 200; i++) {
            byte[] r = bytes(random, 16);
            byte[] s = bytes(random, 16);
            byte[] message = bytes(random, random.nextInt(100_000));
            Poly1305 poly = new Poly1305(r);
            for (int at = 0; at < message.length; ) {
                int piece = Math.min(message.length - at, 16 * random.nextInt(600));
                poly.update(message, at, piece);
                at += piece;
            }
            byte[] tag = new byte[16];
            poly.finish(s, tag);
            assertThat(tag).isEqualTo(theirs(r, s, message));
        }
    }

    /// Limbs full of ones carry furthest; a sum just below, at and above 2^130 - 5 is where the last subtraction
    /// counts.
    @Test
    void edgesAgree() {
        byte[] ones = filled(0xff, 16);
        byte[] zeros = new byte[16];
        byte[] one = new byte[16];
        one[0] = 1;
        byte[] four = new byte[16];
        four[0] = 4;
        byte[][] parts = {ones, zeros, one, four, filled(0x80, 16), filled(0x0f, 16), filled(0xfc, 16)};
        for (byte[] r : parts) {
            for (byte[] s : parts) {
                for (int length = 0; length <= 200; length++) {
                    assertAgrees(r, s, filled(0xff, length));
                    assertAgrees(r, s, filled(0x00, length));
                }
                for (int low = 0; low < 256; low++) {
                    byte[] message = filled(0xff, 48);
                    message[0] = (byte) low;
                    message[16] = (byte) (low * 7);
                    message[32] = (byte) (low + 0xf0);
                    assertAgrees(r, s, message);
                    assertAgrees(r, s, Arrays.copyOf(message, 16));
                    assertAgrees(r, s, Arrays.copyOf(message, 32));
                }
            }
        }
        assertAgrees(ones, ones, filled(0xff, 1 << 20));
    }

    @Test
    void sparseMessagesAgree() {
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] message = new byte[16 * (1 + random.nextInt(5))];
            for (int j = 0; j < message.length; j++) {
                message[j] = (byte) (random.nextInt(3) - 1);
            }
            byte[] r = new byte[16];
            for (int j = 0; j < 16; j++) {
                r[j] = (byte) (random.nextInt(3) - 1);
            }
            assertAgrees(r, bytes(random, 16), message);
        }
    }

    @Test
    void nothingMayFollowAnUnfinishedBlock() {
        Poly1305 poly = new Poly1305(new byte[16]);
        poly.update(new byte[17], 0, 17);
        assertThatThrownBy(() -> poly.update(new byte[16], 0, 16)).isInstanceOf(IllegalStateException.class);
    }

    private static void assertAgrees(byte[] r, byte[] s, byte[] message) {
        assertThat(ours(r, s, message)).isEqualTo(theirs(r, s, message));
    }

    private static byte[] ours(byte[] r, byte[] s, byte[] message) {
        Poly1305 poly = new Poly1305(r);
        poly.update(new byte[32], 0, 32);
        poly.reset();
        poly.update(message, 0, message.length);
        byte[] tag = new byte[16];
        poly.finish(s, tag);
        return tag;
    }

    private static byte[] theirs(byte[] r, byte[] s, byte[] message) {
        byte[] clamped = r.clone();
        Poly1305.clamp(clamped);
        byte[] key = new byte[32];
        System.arraycopy(clamped, 0, key, 0, 16);
        System.arraycopy(s, 0, key, 16, 16);
        var poly = new org.bouncycastle.crypto.macs.Poly1305();
        poly.init(new KeyParameter(key));
        poly.update(message, 0, message.length);
        byte[] tag = new byte[16];
        poly.doFinal(tag, 0);
        return tag;
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] filled(int value, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
