package holdfast.repository.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoTimeTest {
    @ParameterizedTest
    @CsvSource({
        "2026-03-01T10:20:30Z, 2026-03-01T10:20:30Z",
        "2026-03-01T10:20:30.5Z, 2026-03-01T10:20:30.500Z",
        "2026-03-01T10:20:30.000000001Z, 2026-03-01T10:20:30.000000001Z",
        "2026-03-01T10:20:30.12345678Z, 2026-03-01T10:20:30.123456780Z",
        "1901-12-13T20:45:52Z, 1901-12-13T20:45:52Z",
        "1969-12-31T23:59:59.999999999Z, 1969-12-31T23:59:59.999999999Z",
        "0001-01-01T00:00:00Z, 0001-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z, 0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z, 9999-12-31T23:59:59.999999999Z",
    })
    void timesAreWrittenWithTheFewestDecimalsAndReadBack(String go, Instant time) throws BrokenFormatException {
        assertThat(GoTime.format(time)).isEqualTo(go);
        assertThat(GoTime.parse(go)).isEqualTo(time);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-03-01T10:20:30.123456789+02:00, 2026-03-01T08:20:30.123456789Z",
        "2026-03-01T01:20:30-11:30, 2026-03-01T12:50:30Z",
        "2026-03-01T01:20:30+00:00, 2026-03-01T01:20:30Z",
        "2026-03-01T01:20:30.1234567891Z, 2026-03-01T01:20:30.123456789Z",
    })
    void offsetsAreUnderstood(String go, Instant time) throws BrokenFormatException {
        assertThat(GoTime.parse(go)).isEqualTo(time);
    }

    @Test
    void yearsThatGoCannotWriteAreClampedAsResticDoes() {
        assertThat(GoTime.format(LocalDateTime.of(12026, 3, 1, 10, 0).toInstant(ZoneOffset.UTC)))
                .isEqualTo("9999-03-01T10:00:00Z");
        assertThat(GoTime.format(LocalDateTime.of(-5, 7, 8, 9, 10, 11).toInstant(ZoneOffset.UTC)))
                .isEqualTo("0000-07-08T09:10:11Z");
        assertThat(GoTime.format(LocalDateTime.of(10004, 2, 29, 0, 0).toInstant(ZoneOffset.UTC)))
                .as("9999 has no 29 February")
                .isEqualTo("9999-03-01T00:00:00Z");
        assertThat(GoTime.format(Instant.ofEpochSecond(Long.MAX_VALUE >> 12))).startsWith("9999-");
    }

    @Test
    void everyInstantSurvives() throws BrokenFormatException {
        long seed = Seeds.seed();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            Instant time = Instant.ofEpochSecond(
                    random.nextLong(-62_167_219_200L, 253_402_300_800L), random.nextInt(1_000_000_000));
            assertThat(GoTime.parse(GoTime.format(time))).as("seed %d", seed).isEqualTo(time);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "now",
                "2026-03-01",
                "2026-03-01T10:20:30",
                "2026-13-01T10:20:30Z",
                "2026-02-30T10:20:30Z",
                "2026-03-01T10:20:30.Z",
                "2026-03-01T10:20:30z",
                "2026-03-01 10:20:30Z",
                "2026-03-01T10:20:30+2:00",
                "2026-03-01T10:20:30Zx",
                "2026-03-01T24:20:30Z",
                "-026-03-01T10:20:30Z",
                "2026-03-01T10:20:30.٣Z"
            })
    void whatIsNoTimeIsRefused(String text) {
        assertThatThrownBy(() -> GoTime.parse(text)).isInstanceOf(BrokenFormatException.class);
    }
}
