package holdfast.source.postgres.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.CheckResult;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Goal: a clear value that is left anywhere is found, and told by its place only; what merely
/// looks alike is not.
final class LeakScanTest {
    private static final TableColumns CLEAR = Masking.table(
            "t", "email", "text", "phone", "text", "name", "text", "number", "bigint", "born", "date", "city", "text");

    private static final String PROFILE = """
            masks:
              test:
                secret-env: SECRET
                tables:
                  t: {email: fake-email, phone: fake-phone, name: fake-name, number: shuffle, city: fake-city,
                      born: {rule: date-shift, days: 9}}
                unmasked: [public.known.name, public.free]
            """;

    private static LeakScan masked(int rows, int remembered, IntFunction<String> row) {
        MaskProfile profile = Masking.profile(PROFILE);
        LeakScan scan = new LeakScan(profile, remembered);
        try (RowMask mask = profile.mask(CLEAR).orElseThrow().open(scan)) {
            for (int i = 0; i < rows; i++) {
                Masking.apply(mask, row.apply(i));
            }
        }
        return scan;
    }

    private static String person(int i) {
        return "Bob" + i + "@corp.test\t+41 79 123 " + (4000 + i) + "\tRobert Tables " + i + "\t" + (1234567890 + i)
                + "\t2020-01-01\tTown" + i;
    }

    private static List<CheckResult> scan(LeakScan scan, TableColumns table, String... rows) {
        try (TableScan one = scan.scan(table, table.copied())) {
            for (String row : rows) {
                byte[] bytes = (row + "\n").getBytes(StandardCharsets.UTF_8);
                one.row(bytes, 0, bytes.length);
            }
        }
        return scan.results();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text | Bob7@corp.test | email",
                "text | write to <bob7@CORP.test>, please | email",
                "jsonb | {\"a\": \"bob7@corp.test\"} | email",
                "text[] | {a,Bob7@corp.test} | email",
                "text | mailto:bob7@corp.test. | email",
                "text | +41 79 123 4007 | phone",
                "text | call 079/123-40-07 now | phone",
                "text | 0041791234007 | phone",
                "character varying(20) | Robert Tables 7 | name",
                "text | Robert\\x20Tables 7 | name",
                "character(20) | Robert Tables 7      | name",
                "bigint | 1234567897 | number",
                "text | 1234567897 | number"
            })
    void aClearValueIsFound(String type, String value, String column) {
        LeakScan scan = masked(20, 1000, LeakScanTest::person);
        List<CheckResult> results =
                scan(scan, Masking.table("other", "id", "integer", "x", type), "1\t" + value, "2\tharmless");
        assertThat(results)
                .contains(CheckResult.fail("public.other.x", "1 of 2 values hold a clear value of public.t." + column));
        assertThat(results.getLast().passed()).isFalse();
        assertThat(results.toString()).doesNotContain("Bob7", "bob7", "4007", "Tables", "1234567897");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text | Bob70@corp.test",
                "text | xBob7@corp.test",
                "text | +41 79 123 4999",
                "text | Robert Tables",
                "date | 2020-01-01",
                "text | Town7",
                "bigint | 1234567",
                "text | a1234567897b"
            })
    void whatWasNotMaskedOrIsTooShortIsNot(String type, String value) {
        LeakScan scan = masked(20, 1000, LeakScanTest::person);
        assertThat(scan(scan, Masking.table("other", "x", type), value)).allMatch(CheckResult::passed);
    }

    /// A fake city may be the true city of somebody else.
    @Test
    void aClearValueThatMaskingGivesTooTellsNothing() {
        MaskProfile profile = Masking.profile(PROFILE);
        String fake = Masking.one("text", "fake-city", "Town1");
        LeakScan scan = masked(2, 1000, i -> person(i).replace("Town0", fake));
        assertThat(scan(scan, Masking.table("other", "x", "text"), fake)).allMatch(CheckResult::passed);
        assertThat(profile.warnings()).isEmpty();
    }

    @Test
    void aColumnDeclaredUnmaskedIsToldAndPasses() {
        LeakScan scan = masked(20, 1000, LeakScanTest::person);
        assertThat(scan(scan, Masking.table("known", "name", "text"), "Robert Tables 3", "x"))
                .contains(CheckResult.pass(
                        "public.known.name",
                        "1 of 2 values hold a clear value of public.t.name; the profile declares the column unmasked"));
    }

    @Test
    void columnsThatNobodyThoughtOfAreNamed() {
        TableColumns table = Masking.table("u", "a", "text", "b", "text", "c", "text", "d", "text", "e", "bigint");
        String[] rows = {
            "mail me: anna@home.example\tcall +49 (30) 123456-78\t4111 1111 1111 1111\tCH93 0076 2011 6238 5295 7\t4111111111111111",
            "x\t5551112223\t4111 1111 1111 1112\tCH9300762011623852958\t17"
        };
        LeakScan scan = masked(1, 1000, LeakScanTest::person);
        assertThat(scan(scan, table, rows))
                .contains(
                        CheckResult.pass(
                                "public.u.a", "warning: looks like it holds e-mail addresses in 1 of 2 values"),
                        CheckResult.pass(
                                "public.u.b", "warning: looks like it holds telephone numbers in 1 of 2 values"),
                        CheckResult.pass(
                                "public.u.c", "warning: looks like it holds payment card numbers in 1 of 2 values"),
                        CheckResult.pass(
                                "public.u.d",
                                "warning: looks like it holds bank account numbers (IBAN) in 1 of 2 values"),
                        CheckResult.pass(
                                "public.u.e", "warning: looks like it holds payment card numbers in 1 of 2 values"))
                .allMatch(CheckResult::passed);
        assertThat(scan(masked(1, 1000, LeakScanTest::person), Masking.table("free", "a", "text"), "anna@home.example"))
                .noneMatch(result -> result.detail().contains("warning"));
    }

    @Test
    void ofVeryManyValuesAnEvenShareIsRemembered() {
        LeakScan scan = masked(20_000, 2000, LeakScanTest::person);
        String[] rows = new String[20_000];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = "Robert Tables " + i;
        }
        List<CheckResult> results = scan(scan, Masking.table("other", "x", "text"), rows);
        CheckResult found = results.stream()
                .filter(one -> one.subject().equals("public.other.x"))
                .findFirst()
                .orElseThrow();
        assertThat(found.passed()).isFalse();
        int count = Integer.parseInt(found.detail().substring(0, found.detail().indexOf(' ')));
        assertThat(count).isBetween(50, 2000);
        assertThat(results.getLast().detail()).contains(", one of ");
    }

    @Test
    void maskingAndScanningDoNotMix() {
        MaskProfile profile = Masking.profile(PROFILE);
        LeakScan scan = new LeakScan(profile);
        RowMask mask = profile.mask(CLEAR).orElseThrow().open(scan);
        assertThatThrownBy(() -> scan.scan(CLEAR, CLEAR.copied())).isInstanceOf(IllegalStateException.class);
        mask.close();
        scan.scan(CLEAR, CLEAR.copied()).close();
        assertThatThrownBy(() -> profile.mask(CLEAR).orElseThrow().open(scan))
                .isInstanceOf(IllegalStateException.class);
    }
}
