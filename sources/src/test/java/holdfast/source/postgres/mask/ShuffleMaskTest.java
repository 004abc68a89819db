package holdfast.source.postgres.mask;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: shuffling is a permutation, so that no two values become the same one, and what it gives
/// is of the same shape and fits the type. Method: small domains completely, large ones by
/// samples.
final class ShuffleMaskTest {
    @Test
    void everySmallIntegerBecomesAnotherOneOfAsManyDigits() {
        Masking.Once mask = Masking.mask("smallint", "shuffle");
        Set<String> seen = new HashSet<>();
        int same = 0;
        for (int number = Short.MIN_VALUE; number <= Short.MAX_VALUE; number++) {
            String clear = Integer.toString(number);
            String masked = mask.apply(clear);
            assertThat(masked).hasSameSizeAs(clear);
            assertThat(Integer.toString(Short.parseShort(masked))).isEqualTo(masked);
            assertThat(seen.add(masked)).as(clear).isTrue();
            same += masked.equals(clear) ? 1 : 0;
        }
        assertThat(same).isLessThan(60);
    }

    @ParameterizedTest
    @CsvSource({"integer, 2147483647", "bigint, 9223372036854775807"})
    void greatNumbersFitTheirType(String type, long greatest) {
        Masking.Once mask = Masking.mask(type, "shuffle");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 3000; i++) {
            for (long number : new long[] {greatest - i, -greatest - 1 + i, i}) {
                String masked = mask.apply(Long.toString(number));
                assertThat(masked).hasSameSizeAs(Long.toString(number));
                assertThat(Long.parseLong(masked)).isBetween(-greatest - 1, greatest);
                assertThat(seen.add(masked)).isTrue();
            }
        }
    }

    /// Equal numbers are written with more or fewer zeros when the type says nothing of digits.
    @Test
    void numericsKeepTheirDigitsAndEqualOnesStayEqual() {
        Masking.Once mask = Masking.mask("numeric", "shuffle");
        Set<BigDecimal> seen = new HashSet<>();
        for (int number = -9999; number <= 9999; number++) {
            BigDecimal clear = BigDecimal.valueOf(number, 2);
            BigDecimal masked = new BigDecimal(mask.apply(clear.toPlainString()));
            BigDecimal bare = clear.stripTrailingZeros();
            assertThat(new BigDecimal(mask.apply(bare.toPlainString()))).isEqualByComparingTo(masked);
            assertThat(masked.scale()).isEqualTo(2);
            assertThat(masked.signum() < 0).isEqualTo(clear.signum() < 0);
            assertThat(seen.add(masked)).as(clear.toPlainString()).isTrue();
        }
        for (String kept : new String[] {"NaN", "Infinity", "-Infinity"}) {
            assertThat(mask.apply(kept)).isEqualTo(kept);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 2", "3, 5", "4, 1", "1, 0"})
    void numericsFitTheirPrecisionAndScale(int precision, int scale) {
        Masking.Once mask = Masking.mask("numeric(" + precision + "," + scale + ")", "shuffle");
        Set<String> seen = new HashSet<>();
        int count = (int) Math.pow(10, precision);
        for (int number = 1 - count; number < count; number++) {
            BigDecimal masked =
                    new BigDecimal(mask.apply(BigDecimal.valueOf(number, scale).toPlainString()));
            assertThat(masked.unscaledValue().abs().intValueExact()).isLessThan(count);
            assertThat(masked.scale()).isEqualTo(scale);
            assertThat(seen.add(masked.toPlainString())).isTrue();
        }
    }

    @Test
    void numericsOfNegativeScaleKeepTheirZeros() {
        Masking.Once mask = Masking.mask("numeric(2,-3)", "shuffle");
        Set<String> seen = new HashSet<>();
        for (int number = -99; number <= 99; number++) {
            String masked = mask.apply(Integer.toString(number * 1000));
            assertThat(Integer.parseInt(masked) % 1000).isZero();
            assertThat(seen.add(masked)).isTrue();
        }
    }

    /// All texts of two characters out of three alphabets and a hyphen.
    @Test
    void textsKeepTheirShapeAndNeverMeet() {
        Masking.Once mask = Masking.mask("text", "shuffle");
        String characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < characters.length(); i++) {
            for (int j = 0; j < characters.length(); j++) {
                String clear = "" + characters.charAt(i) + characters.charAt(j);
                String masked = mask.apply(clear);
                assertThat(shape(masked)).isEqualTo(shape(clear));
                assertThat(seen.add(masked)).as(clear).isTrue();
            }
        }
    }

    private static String shape(String text) {
        StringBuilder shape = new StringBuilder();
        text.codePoints()
                .forEach(point -> shape.append(
                        point >= '0' && point <= '9'
                                ? "9"
                                : Character.isLetterOrDigit(point) ? kind(point) : Character.toString(point)));
        return shape.toString();
    }

    private static String kind(int point) {
        return Character.getType(point) + ":" + Character.UnicodeBlock.of(point) + ";";
    }

    @Test
    void lettersOfEveryScriptAreExchangedWithinTheirBlock() {
        Masking.Once mask = Masking.mask("text", "shuffle");
        Random random = Seed.random();
        Set<String> seen = new HashSet<>();
        Set<String> clears = new HashSet<>();
        for (int i = 0; i < 3000; i++) {
            StringBuilder clear = new StringBuilder();
            for (int j = random.nextInt(8); j >= 0; j--) {
                int point = random.nextInt(4) == 0 ? random.nextInt(0x323b0) : 0x20 + random.nextInt(0x500);
                boolean usable = Character.isDefined(point)
                        && (point < 0xd800 || point > 0xdfff)
                        && point >= ' '
                        && point != '\\';
                clear.appendCodePoint(usable ? point : 'ж');
            }
            if (clears.add(clear.toString())) {
                String masked = mask.apply(clear.toString());
                assertThat(shape(masked)).isEqualTo(shape(clear.toString()));
                assertThat(seen.add(masked)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"uuid", "text"})
    void uuidsStayUuidsOfTheirVersion(String type) {
        Masking.Once mask = Masking.mask(type, "shuffle");
        Random random = Seed.random();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = new byte[16];
            random.nextBytes(bytes);
            UUID clear = UUID.nameUUIDFromBytes(bytes);
            String masked = mask.apply(clear.toString());
            assertThat(UUID.fromString(masked).version()).isEqualTo(clear.version());
            assertThat(UUID.fromString(masked).variant()).isEqualTo(clear.variant());
            assertThat(masked).isNotEqualTo(clear.toString());
            assertThat(seen.add(masked)).isTrue();
        }
    }

    @Test
    void uuidsAreMaskedAlikeInTextsAndUuids() {
        String clear = "0f8fad5b-d9cb-469f-a165-70867728950e";
        assertThat(Masking.one("uuid", "shuffle", clear)).isEqualTo(Masking.one("text", "shuffle", clear));
    }

    @Test
    void bytesStayBytes() {
        Masking.Once mask = Masking.mask("bytea", "shuffle");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 256; i++) {
            String masked = mask.apply(String.format("\\\\x%02x", i));
            assertThat(masked).matches("\\\\\\\\x[0-9a-f]{2}");
            assertThat(seen.add(masked)).isTrue();
        }
        assertThat(mask.apply("\\\\x")).isEqualTo("\\\\x");
    }

    @Test
    void whatPostgresTakesForEqualBecomesEqual() {
        Masking.Once citext = Masking.mask("citext", "shuffle");
        assertThat(citext.apply("Some.Ünë1")).isEqualTo(citext.apply("some.üNË1"));
        Masking.Once padded = Masking.mask("character(8)", "shuffle");
        assertThat(padded.apply("ab1     ")).isEqualTo(padded.apply("ab1")).hasSize(3);
    }

    @Test
    void alphabetsAndDomainsAndSecretsAreIndependent() {
        String clear = "abcdefghij0123456789";
        String masked = Masking.one("text", "shuffle", clear);
        assertThat(Masking.one("text", "shuffle", clear)).isEqualTo(masked);
        assertThat(Masking.one("text", "{rule: shuffle, domain: other}", clear)).isNotEqualTo(masked);
        assertThat(Masking.mask("text", "shuffle", "another secret of some length")
                        .apply(clear))
                .isNotEqualTo(masked);
    }

    @Test
    void longTextsTakeTimeInProportion() {
        String clear = "The quick brown fox jumps over the lazy dog 0123456789. ".repeat(20_000);
        String masked = Masking.one("text", "shuffle", clear);
        assertThat(shape(masked)).isEqualTo(shape(clear));
        // every repetition comes out differently
        assertThat(masked.substring(0, 56)).isNotEqualTo(masked.substring(56, 112));
    }
}
