package holdfast.source.postgres.mask;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CopyTextTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] decoded(byte[] field) {
        RowBytes out = new RowBytes();
        CopyText.decode(field, 0, field.length, out);
        return Arrays.copyOf(out.array(), out.length());
    }

    private static byte[] encoded(byte[] value) {
        RowBytes in = new RowBytes();
        in.put(value);
        RowBytes out = new RowBytes();
        CopyText.encode(in, out);
        return Arrays.copyOf(out.array(), out.length());
    }

    /// What `CopyReadAttributesText` makes of them; the values in hexadecimal digits.
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "\\b, 08", "\\f, 0c", "\\n, 0a", "\\r, 0d", "\\t, 09", "\\v, 0b", "\\\\, 5c",
                "\\101, 41", "\\1, 01", "\\18, 0138", "\\1011, 4131", "\\777, ff", "\\x41, 41", "\\x4, 04",
                "\\x4g, 0467", "\\xg, 7867", "\\x, 78", "\\x411, 4131", "\\xFf, ff", "\\N, 4e", "\\., 2e",
                "a\\qb, 617162", "\\, \"\"", "a\\, 61", "\\\\n, 5c6e", "\\\\\\n, 5c0a", "x, 78"
            })
    void escapesAreResolvedAsPostgresDoes(String field, String hexadecimal) {
        assertThat(java.util.HexFormat.of().formatHex(decoded(bytes(field)))).isEqualTo(hexadecimal);
    }

    @Test
    void everyByteComesBack() {
        for (int one = 0; one < 256; one++) {
            byte[] value = {(byte) one};
            String expected = switch (one) {
                case 8 -> "\\b";
                case 9 -> "\\t";
                case 10 -> "\\n";
                case 11 -> "\\v";
                case 12 -> "\\f";
                case 13 -> "\\r";
                case '\\' -> "\\\\";
                default -> new String(value, StandardCharsets.ISO_8859_1);
            };
            assertThat(encoded(value)).isEqualTo(bytes(expected));
            assertThat(decoded(encoded(value))).isEqualTo(value);
        }
    }

    @Test
    void whateverIsWrittenIsReadAgainAndHoldsNeitherTabNorLineFeed() {
        Random random = Seed.random();
        for (int i = 0; i < 20_000; i++) {
            byte[] value = new byte[random.nextInt(12)];
            for (int j = 0; j < value.length; j++) {
                value[j] = random.nextBoolean()
                        ? (byte) "\\\t\n\rNx01.b".charAt(random.nextInt(10))
                        : (byte) random.nextInt();
            }
            byte[] field = encoded(value);
            assertThat(decoded(field)).isEqualTo(value);
            assertThat(field).doesNotContain('\t', '\n');
            assertThat(CopyText.isNull(field, 0, field.length)).isFalse();
            assertThat(CopyText.fieldEnd(field, 0, field.length)).isEqualTo(field.length);
        }
    }

    @Test
    void fieldsEndAtTabsThatAreNotEscaped() {
        byte[] row = bytes("a\\\tb\\\\\tc");
        assertThat(CopyText.fieldEnd(row, 0, row.length)).isEqualTo(6);
        assertThat(CopyText.fieldEnd(row, 7, row.length)).isEqualTo(8);
        assertThat(decoded(Arrays.copyOf(row, 6))).isEqualTo(bytes("a\tb\\"));
    }
}
