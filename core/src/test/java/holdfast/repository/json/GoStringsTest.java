package holdfast.repository.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.FileNames;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoStringsTest {
    /// The left column is the name's bytes in hexadecimal, the right what Go's `strconv.Quote` makes of it.
    @ParameterizedTest
    @CsvSource(quoteCharacter = '|', delimiter = ' ', textBlock = """
                    61 a
                    2e636f6e666967 .config
                    612262 a\\"b
                    615c62 a\\\\b
                    612762 a'b
                    07080c0a0d090b \\a\\b\\f\\n\\r\\t\\v
                    00011f7f \\x00\\x01\\x1f\\x7f
                    c3a4c3b6 äö
                    e697a5e69cac 日本
                    f09f9880 😀
                    80 \\x80
                    ff61fe \\xffa\\xfe
                    c3 \\xc3
                    c328 \\xc3(
                    eda080 \\xed\\xa0\\x80
                    f8888080 \\xf8\\x88\\x80\\x80
                    efbfbd �
                    c2a0 \\u00a0
                    c2ad \\u00ad
                    c285 \\u0085
                    e280a8 \\u2028
                    e2808b \\u200b
                    efbbbf \\ufeff
                    ee8080 \\ue000
                    efbfbf \\uffff
                    f3a08081 \\U000e0001
                    f48fbfbf \\U0010ffff
                    cc81 \u0301
                    3c3e26 <>&
                    """)
    void namesAreQuotedAsGoDoes(String hex, String quoted) throws BrokenFormatException {
        String name = FileNames.decode(HexFormat.of().parseHex(hex));
        assertThat(GoStrings.quote(name)).isEqualTo(quoted);
        assertThat(GoStrings.unquote(quoted)).isEqualTo(name);
    }

    @Test
    void everyByteStringSurvivesQuotingAndJson() throws BrokenFormatException {
        long seed = Seeds.seed();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(1, 12)];
            random.nextBytes(bytes);
            if (i % 2 == 0) {
                String text = Character.toString(random.nextInt(0x110000)) + "x";
                bytes = text.getBytes(StandardCharsets.UTF_8);
            }
            String name = FileNames.decode(bytes);
            String back = GoStrings.unquote(GoStrings.quote(name));
            assertThat(FileNames.encode(back)).as("seed %d", seed).isEqualTo(bytes);
            var json = JsonOut.compact().string(GoStrings.quote(name)).done();
            String read = JsonIn.read(json, JsonIn::string);
            assertThat(GoStrings.unquote(read)).as("seed %d", seed).isEqualTo(name);
        }
    }

    @Test
    void otherEscapesThatGoReadsAreReadToo() throws BrokenFormatException {
        assertThat(GoStrings.unquote("\\101\\x42\\u0043\\U00000044")).isEqualTo("ABCD");
        assertThat(FileNames.encode(GoStrings.unquote("\\xc3\\xa4"))).isEqualTo(new byte[] {(byte) 0xc3, (byte) 0xa4});
        assertThat(GoStrings.unquote("\\xc3\\xa4")).isEqualTo("ä");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\",
                "\"",
                "a\nb",
                "\\q",
                "\\'",
                "\\x",
                "\\x4",
                "\\xg0",
                "\\u12",
                "\\ud800",
                "\\U00110000",
                "\\UFFFFFFFF",
                "\\400",
                "\\08",
                "\\x٣٣"
            })
    void whatGoDoesNotReadIsRefused(String quoted) {
        assertThatThrownBy(() -> GoStrings.unquote(quoted)).isInstanceOf(BrokenFormatException.class);
    }
}
