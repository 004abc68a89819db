package holdfast.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FormatsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "1536, 1.5 KiB",
        "1048524, 1023.9 KiB",
        "1048575, 1.0 MiB",
        "67108864, 64.0 MiB",
        "-2048, -2.0 KiB",
        "9223372036854775807, 8.0 EiB",
        "-9223372036854775808, -8.0 EiB"
    })
    void sizesAreWritten(long bytes, String text) {
        assertThat(Sizes.format(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "512, 512",
        "1k, 1024",
        "1K, 1024",
        "64MiB, 67108864",
        "64 mib, 67108864",
        "1.5GiB, 1610612736",
        "100MB, 100000000",
        "2T, 2199023255552",
        "10b, 10"
    })
    void sizesAreRead(String text, long bytes) {
        assertThat(Sizes.parse(text)).isEqualTo(OptionalLong.of(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-1", "1x", "1 2", "1..5k", "999999999999T", "1e3", "MiB"})
    void whatIsNoSizeIsRefused(String text) {
        assertThat(Sizes.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0.0 s",
        "PT0.44S, 0.4 s",
        "PT99.94S, 99.9 s",
        "PT99.96S, 1 min 40 s",
        "PT2M5S, 2 min 05 s",
        "PT59M59.6S, 1 h 00 min",
        "PT3H20M, 3 h 20 min",
        "P4DT6H, 4 d 6 h",
        "PT-5S, -5.0 s"
    })
    void durationsAreWritten(Duration duration, String text) {
        assertThat(Durations.format(duration)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "PT59S, moments",
        "PT1M, 1 minute",
        "PT59M, 59 minutes",
        "PT1H, 1 hour",
        "PT47H, 47 hours",
        "P2D, 2 days",
        "P59D, 59 days",
        "P60D, 2 months",
        "P800D, 2 years"
    })
    void durationsAreSaidRoughly(Duration duration, String text) {
        assertThat(Durations.rough(duration)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"15m, PT15M", "7d, PT168H", "1h30m, PT1H30M", "500ms, PT0.5S", "2w, PT336H", "0s, PT0S"})
    void durationsAreRead(String text, Duration duration) {
        assertThat(Durations.parse(text)).contains(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "m", "1h 30m", "-5m", "1y", "1h30", "9999999999s"})
    void whatIsNoDurationIsRefused(String text) {
        assertThat(Durations.parse(text)).isEmpty();
    }
}
