package holdfast.source.postgres.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RulesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text | null | abc | \\N",
                "text | {rule: fixed, value: x} | abc | x",
                "text | {rule: fixed, value: x} | \\N | \\N",
                "text | {rule: fixed, value: x, also-null: true} | \\N | x",
                "text | {rule: fixed, value: \"a\\tb\\\\\"} | abc | a\\tb\\\\",
                "text | {rule: fixed, value: '\\N'} | abc | \\\\N",
                "text | {rule: partial, first: 1, last: 2} | abcdef | a***ef",
                "text | {rule: partial, last: 2, fill: ·} | üöäß | ··äß",
                "text | {rule: partial, first: 2, last: 2} | abcd | ****",
                "text | {rule: partial, first: 2} | a\\tb | a\\t*",
                "character(8) | {rule: partial, last: 1} | abc     | **c",
                "text | {rule: regex, pattern: '\\d', replacement: '#'} | a1b22 | a#b##",
                "text | {rule: regex, pattern: '(\\w)\\w*@(.*)', replacement: '$1@$2'} | bob@x.ch | b@x.ch",
                "text | {rule: regex, pattern: x, replacement: y} | secret | ******",
                "text | {rule: regex, pattern: x, replacement: y, unmatched: keep} | secret | secret",
                "text | {rule: regex, pattern: x, replacement: y, unmatched: null} | secret | \\N",
                "character varying(4) | {rule: regex, pattern: x, replacement: üüüüüü} | x | üüüü",
                "text | shuffle | \\N | \\N",
                "text | shuffle | '' | ''",
                "double precision | {rule: number, percent: 10} | NaN | NaN",
                "numeric | {rule: number, percent: 10} | -Infinity | -Infinity",
                "date | {rule: date-shift, days: 10} | infinity | infinity",
                "timestamp with time zone | {rule: date-shift, days: 10} | -infinity | -infinity"
            })
    void aValueBecomes(String type, String rule, String clear, String masked) {
        assertThat(Masking.one(type, rule, clear)).isEqualTo(masked);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text | hash | [0-9a-f]{32}",
                "text | {rule: hash, length: 9} | [0-9a-f]{9}",
                "uuid | hash | [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
                "bytea | {rule: hash, length: 8} | \\\\\\\\x[0-9a-f]{8}"
            })
    void hashesHaveTheirLengthAndStayTheSame(String type, String rule, String pattern) {
        Masking.Once mask = Masking.mask(type, rule);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            String masked = mask.apply("value " + i);
            assertThat(masked).matches(pattern);
            assertThat(seen.add(masked)).isTrue();
        }
        assertThat(Masking.one(type, rule, "value 1")).isEqualTo(mask.apply("value 1"));
        assertThat(Masking.mask(type, rule, "quite another secret").apply("value 1"))
                .isNotEqualTo(mask.apply("value 1"));
    }

    /// A value that stands escaped in another way is the same value.
    @Test
    void escapesMakeNoDifference() {
        Masking.Once mask = Masking.mask("text", "hash");
        assertThat(mask.apply("a\\tb\\\\")).isEqualTo(mask.apply("\\141\\x09\\b".replace("\\b", "b\\134")));
    }

    @ParameterizedTest
    @EnumSource(Rule.Kind.class)
    void fakesDependOnTheValueAndTheSecretOnly(Rule.Kind kind) {
        Masking.Once mask = Masking.mask("text", kind.key());
        Masking.Once other = Masking.mask("text", kind.key(), "quite another secret");
        Set<String> seen = new HashSet<>();
        int differ = 0;
        for (int i = 0; i < 500; i++) {
            String masked = mask.apply("value " + i);
            assertThat(mask.apply("value " + i)).isEqualTo(masked);
            assertThat(masked).isNotBlank().doesNotContain("value", "\t");
            seen.add(masked);
            differ += other.apply("value " + i).equals(masked) ? 0 : 1;
        }
        assertThat(seen).hasSizeGreaterThan(150);
        assertThat(differ).isGreaterThan(480);
    }

    @Test
    void fakeEmailsAreUniqueAndReachNobody() {
        Masking.Once mask = Masking.mask("text", "fake-email");
        Masking.Once narrow = Masking.mask("character varying(28)", "fake-email");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            assertThat(seen.add(mask.apply("p" + i))).isTrue();
        }
        assertThat(seen).allMatch(one -> one.matches("[a-z]+\\.[a-z]+\\.[a-z2-7]{10}@example\\.(com|net|org)"));
        assertThat(narrow.apply("x"))
                .matches("[a-z2-7]{16}@example\\.(com|net|org)")
                .hasSizeLessThanOrEqualTo(28);
    }

    @Test
    void fakePhonesAreThoseOfFiction() {
        Masking.Once mask = Masking.mask("text", "fake-phone");
        Masking.Once narrow = Masking.mask("character varying(12)", "fake-phone");
        for (int i = 0; i < 2000; i++) {
            assertThat(mask.apply("p" + i)).matches("\\+1-[2-9](?!11|9)[0-9]{2}-555-01[0-9]{2}");
            assertThat(narrow.apply("p" + i)).matches("[2-9][0-9]{2}55501[0-9]{2}");
        }
    }

    @Test
    void fakesAreCutToTheColumn() {
        Masking.Once mask = Masking.mask("character varying(5)", "fake-address");
        for (int i = 0; i < 100; i++) {
            assertThat(mask.apply("p" + i)).hasSize(5);
        }
    }

    @Test
    void otherLocalesHaveOtherWords() {
        String german =
                Masking.text(java.util.Map.of("c", "fake-street")).replace("test:\n", "test:\n    locale: de-CH\n");
        RowMask mask = Masking.profile(german)
                .mask(Masking.table("t", "c", "text"))
                .orElseThrow()
                .open();
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            all.append(Masking.apply(mask, "p" + i));
        }
        assertThat(all.toString()).contains("strasse");
    }

    @ParameterizedTest
    @ValueSource(strings = {"date", "timestamp without time zone", "timestamp(3) with time zone"})
    void datesMoveByTheirDaysAndKeepTheirTime(String type) {
        Masking.Once mask = Masking.mask(type, "{rule: date-shift, days: 30}");
        String time = type.equals("date") ? "" : " 12:34:56.789+05:45";
        Random random = Seed.random();
        for (int i = 0; i < 2000; i++) {
            LocalDate clear = LocalDate.of(1600, 1, 1).plusDays(random.nextInt(300_000));
            String masked = mask.apply(clear + time);
            assertThat(masked).endsWith(time).hasSize(10 + time.length());
            long days = ChronoUnit.DAYS.between(clear, LocalDate.parse(masked.substring(0, 10)));
            assertThat(Math.abs(days)).isBetween(1L, 30L);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "date, 4713-01-01 BC",
        "date, 5874897-12-31",
        "date, 0001-01-01",
        "date, 0001-12-31 BC",
        "timestamp without time zone, 4713-01-02 10:00:00 BC",
        "timestamp without time zone, 294276-12-30 23:59:59.999999"
    })
    void datesAtTheEdgesStayInRange(String type, String clear) {
        for (int i = 0; i < 20; i++) {
            String masked = Masking.one(type, "{rule: date-shift, days: 36500, domain: d" + i + "}", clear);
            assertThat(masked)
                    .matches("\\d{4,7}-\\d\\d-\\d\\d( [0-9:.]+)?( BC)?")
                    .isNotEqualTo(clear);
        }
    }

    @Test
    void anotherColumnDecidesHowFarDatesMove() {
        String rule = "{rule: date-shift, days: 300, by: id, domain: person}";
        RowMask mask = Masking.profile(
                        "masks: {test: {secret-env: SECRET, tables: {t: {a: " + rule + ", b: " + rule + "}}}}")
                .mask(Masking.table("t", "a", "date", "id", "integer", "b", "date"))
                .orElseThrow()
                .open();
        Set<Long> shifts = new HashSet<>();
        for (int id = 0; id < 200; id++) {
            String[] row =
                    Masking.apply(mask, "2020-01-01\t" + id + "\t2020-03-01").split("\t", -1);
            assertThat(row[1]).isEqualTo(Integer.toString(id));
            assertThat(ChronoUnit.DAYS.between(LocalDate.parse(row[0]), LocalDate.parse(row[2])))
                    .isEqualTo(60);
            shifts.add(LocalDate.parse(row[0]).toEpochDay());
        }
        assertThat(shifts).hasSizeGreaterThan(100);
        // without it the date itself decides
        assertThat(Masking.apply(mask, "2020-01-01\t\\N\t2020-01-01")).matches("(.*)\t\\\\N\t\\1");
    }

    @ParameterizedTest
    @CsvSource({
        "integer, 2147483647",
        "integer, -2147483648",
        "smallint, -100",
        "bigint, 9223372036854775807",
        "'numeric(4,2)', 99.99",
        "'numeric(4,2)', -12.30",
        "numeric, 123456789012345678901234567890.1234567890",
        "real, 3.4028235e+38",
        "double precision, 1.7976931348623157e+308",
        "double precision, 2.5"
    })
    void numbersStayNearAndFitTheirType(String type, String clear) {
        for (int i = 0; i < 50; i++) {
            String masked = Masking.one(type, "{rule: number, percent: 20, domain: d" + i + "}", clear);
            BigDecimal was = new BigDecimal(clear);
            BigDecimal is = new BigDecimal(masked);
            assertThat(is.subtract(was).abs()).isLessThanOrEqualTo(was.abs().multiply(new BigDecimal("0.2000001")));
            ColumnType known = ColumnType.of(type);
            switch (known.family()) {
                case SMALLINT, INTEGER, BIGINT ->
                    assertThat(NumberText.fits(masked, known)).isTrue();
                case REAL -> assertThat(Float.parseFloat(masked)).isFinite();
                case DOUBLE -> assertThat(Double.parseDouble(masked)).isFinite();
                default -> assertThat(is.scale()).isEqualTo(was.scale());
            }
            if (type.equals("numeric(4,2)")) {
                assertThat(is.abs()).isLessThan(new BigDecimal("100"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"(a+)+$", "(a|aa)*b", "(x+x+)+y", "^(a|b|ab)*c$"})
    void anExpressionThatTakesForeverIsGivenUp(String pattern) {
        Masking.Once mask = Masking.mask("text", "{rule: regex, pattern: '" + pattern + "', replacement: x}");
        for (String hard : List.of("a".repeat(60) + "!", "x".repeat(60), "ab".repeat(200_000))) {
            try {
                mask.apply(hard);
            } catch (HoldfastException.Failed e) {
                assertThat(e)
                        .hasMessage("cannot mask public.t.c: its regular expression takes too long on a value")
                        .hasNoCause();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"date, '{rule: date-shift, days: 3}', 01/02/2020", "integer, '{rule: number, percent: 3}', secret"})
    void aValueThatIsNotOfItsTypeIsRefusedAndNotTold(String type, String rule, String clear) {
        assertThatThrownBy(() -> Masking.one(type, rule, clear))
                .isInstanceOf(HoldfastException.Failed.class)
                .hasMessage("cannot mask public.t.c: a value is not written as its type should be")
                .hasNoCause();
    }

    @Test
    void columnsThatAreNotMaskedAreCopiedByteForByte() {
        RowMask mask = Masking.profile("masks: {test: {secret-env: SECRET, tables: {t: {b: null, d: null}}}}")
                .mask(Masking.table("t", "a", "text", "b", "text", "c", "text", "d", "text", "e", "text"))
                .orElseThrow()
                .open();
        assertThat(Masking.apply(mask, "\\x41\\101\\\\\t1\t\\N\t\t\\q"))
                .isEqualTo("\\x41\\101\\\\\t\\N\t\\N\t\\N\t\\q");
    }
}
