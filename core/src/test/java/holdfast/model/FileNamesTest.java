package holdfast.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Goal: every name a file system can hold survives the way into a string and back.
class FileNamesTest {
    @Test
    void everyByteSequenceOfOneOrTwoBytesSurvives() {
        for (int first = 1; first < 256; first++) {
            assertSurvives((byte) first);
            for (int second = 1; second < 256; second++) {
                assertSurvives((byte) first, (byte) second);
            }
        }
    }

    @Test
    void randomBytesSurvive() {
        Random random = new Random(42);
        for (int i = 0; i < 20_000; i++) {
            byte[] name = new byte[1 + random.nextInt(12)];
            random.nextBytes(name);
            assertSurvives(name);
        }
    }

    @Test
    void textIsDecodedAsUtf8() {
        byte[] bytes = "Grüße 🐘.db".getBytes(StandardCharsets.UTF_8);
        assertThat(FileNames.decode(bytes)).isEqualTo("Grüße 🐘.db");
        assertThat(FileNames.isText("Grüße 🐘.db")).isTrue();
        assertThat(FileNames.isText(FileNames.decode(new byte[] {'a', (byte) 0xff})))
                .isFalse();
    }

    @Test
    void orderIsTheOrderOfTheBytes() {
        assertThat(FileNames.compare("\uFFFD", "🐘")).isNegative();
        assertThat(FileNames.compare("a", "ab")).isNegative();
        assertThat(FileNames.compare("b", "ab")).isPositive();
    }

    @Test
    void controlCharactersAndStrayBytesAreShownEscaped() {
        String name = FileNames.decode(new byte[] {'a', '\n', 27, (byte) 0xff, 'b'});
        assertThat(FileNames.display(name)).isEqualTo("a\\n\\x1b\\xffb");
    }

    private static void assertSurvives(byte... name) {
        assertThat(FileNames.encode(FileNames.decode(name))).isEqualTo(name);
    }

    /// Goal: names are ordered as their bytes are. Method: many names of few different bytes, so that they share
    /// beginnings and differ in every kind of place.
    @Test
    void theOrderIsThatOfTheBytes() {
        Random random = new Random(43);
        String[] pieces = {"a", "b", "é", "ü", "\ue000", "\uffff", "🐘", "🐙", "\udc80", "\udcff", "\udcc3"};
        for (int i = 0; i < 100_000; i++) {
            byte[] left = bytesOf(random, pieces);
            byte[] right = bytesOf(random, pieces);
            assertThat(Integer.signum(FileNames.compare(FileNames.decode(left), FileNames.decode(right))))
                    .isEqualTo(Integer.signum(java.util.Arrays.compareUnsigned(left, right)));
        }
    }

    private static byte[] bytesOf(Random random, String[] pieces) {
        StringBuilder name = new StringBuilder();
        for (int i = random.nextInt(5); i >= 0; i--) {
            name.append(pieces[random.nextInt(pieces.length)]);
        }
        return FileNames.encode(name.toString());
    }
}
