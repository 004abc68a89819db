package holdfast.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.crypto.generators.SCrypt;
import org.junit.jupiter.api.Test;

/// Goal: our scrypt is scrypt, and no parameters make it eat the machine. Method: the vectors of RFC 7914,
/// section 12, and BouncyCastle as oracle.
class ScryptTest {
    @Test
    void vectorsOfTheStandard() {
        assertVector(
                "",
                "",
                16,
                1,
                1,
                "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                        + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
        assertVector(
                "password",
                "NaCl",
                1024,
                8,
                16,
                "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                        + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
        assertVector(
                "pleaseletmein",
                "SodiumChloride",
                16384,
                8,
                1,
                "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
                        + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
    }

    private static void assertVector(String password, String salt, int n, int r, int p, String expected) {
        byte[] derived = Scrypt.derive(
                password.getBytes(StandardCharsets.UTF_8), salt.getBytes(StandardCharsets.UTF_8), n, r, p, 64);
        assertThat(HexFormat.of().formatHex(derived)).isEqualTo(expected);
    }

    @Test
    void randomParametersAgreeWithBouncyCastle() {
        Random random = new Random(4);
        for (int i = 0; i < 200; i++) {
            byte[] password = new byte[random.nextInt(100)];
            byte[] salt = new byte[random.nextInt(65)];
            random.nextBytes(password);
            random.nextBytes(salt);
            int n = 2 << random.nextInt(8);
            int r = 1 + random.nextInt(10);
            int p = 1 + random.nextInt(4);
            int length = 1 + random.nextInt(100);
            assertThat(Scrypt.derive(password, salt, n, r, p, length))
                    .isEqualTo(SCrypt.generate(password, salt, n, r, p, length));
        }
    }

    @Test
    void anEmptyPasswordWorks() {
        assertThat(Scrypt.derive(new byte[0], new byte[64], 16, 8, 1, 64))
                .isEqualTo(SCrypt.generate(new byte[0], new byte[64], 16, 8, 1, 64));
    }

    @Test
    void hostileParametersAreRefusedBeforeAnythingIsAllocated() {
        int[][] refused = {
            {0, 8, 1},
            {1, 8, 1},
            {-2, 8, 1},
            {Integer.MIN_VALUE, 8, 1},
            {1000, 8, 1},
            {1024, 0, 1},
            {1024, 8, 0},
            {1024, -8, 1},
            {1024, 8, -1},
            {1 << 21, 8, 1},
            {1 << 30, 8, 1},
            {1 << 30, Integer.MAX_VALUE, Integer.MAX_VALUE},
            {2, 1 << 23, 1 << 23},
            {2, 1, Integer.MAX_VALUE},
            {1 << 20, 8, 17},
            {1 << 15, 8, 513},
        };
        for (int[] bad : refused) {
            assertThatThrownBy(() -> Scrypt.derive(new byte[1], new byte[1], bad[0], bad[1], bad[2], 64))
                    .as("N %d r %d p %d", bad[0], bad[1], bad[2])
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> Scrypt.derive(new byte[1], new byte[1], 2, 1, 1, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Scrypt.derive(new byte[1], new byte[1], 2, 1, 1, Integer.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
