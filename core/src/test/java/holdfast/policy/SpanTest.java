package holdfast.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SpanTest {
    @ParameterizedTest
    @ValueSource(strings = {"1y", "2m", "3d", "4h", "1y2m3d4h", "1y4h", "999999d"})
    void whatIsWrittenIsReadBack(String text) {
        assertThat(Span.parse(text).orElseThrow()).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "d", "1d1d", "1d1y", "-1d", "1 d", "1w", "1000000d", "1D"})
    void anythingElseIsRefused(String text) {
        assertThat(Span.parse(text)).isEmpty();
    }

    @Test
    void zeroIsZeroHoweverWritten() {
        assertThat(Span.parse("0y0d").orElseThrow().isZero()).isTrue();
        assertThat(Span.ZERO).hasToString("0h");
        assertThatThrownBy(() -> Span.ofDays(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void monthsAreMonthsOfTheCalendar() {
        Instant end = Instant.parse("2024-03-31T12:00:00Z");
        assertThat(Span.parse("1m").orElseThrow().before(end, ZoneOffset.UTC)).isEqualTo("2024-02-29T12:00:00Z");
        assertThat(Span.parse("1y1m").orElseThrow().before(end, ZoneOffset.UTC)).isEqualTo("2023-02-28T12:00:00Z");
    }
}
