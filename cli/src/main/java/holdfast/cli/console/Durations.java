package holdfast.cli.console;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Spans of time as people write and read them.
public final class Durations {
    private static final Pattern PART = Pattern.compile("(\\d{1,9})(ms|s|m|h|d|w)");
    private static final Map<String, Duration> UNITS = Map.of(
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1),
            "w", Duration.ofDays(7));

    private Durations() {}

    /// For instance `0.4 s`, `12.3 s`, `2 min 05 s`, `3 h 20 min`, `4 d 6 h`.
    public static String format(Duration duration) {
        if (duration.isNegative()) {
            return "-" + format(duration.negated());
        }
        double seconds = duration.toMillis() / 1000.0;
        if (seconds < 99.95) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        Duration whole = duration.plusMillis(500);
        if (whole.toHours() < 1) {
            return String.format(Locale.ROOT, "%d min %02d s", whole.toMinutes(), whole.toSecondsPart());
        }
        return whole.toDays() < 1
                ? String.format(Locale.ROOT, "%d h %02d min", whole.toHours(), whole.toMinutesPart())
                : String.format(Locale.ROOT, "%d d %d h", whole.toDays(), whole.toHoursPart());
    }

    /// The largest unit only, for what need not be exact: `3 hours`, `1 day`, `moments`.
    public static String rough(Duration duration) {
        Duration span = duration.abs();
        if (span.toMinutes() < 1) {
            return "moments";
        }
        if (span.toHours() < 1) {
            return count(span.toMinutes(), "minute");
        }
        if (span.toDays() < 2) {
            return count(span.toHours(), "hour");
        }
        if (span.toDays() < 60) {
            return count(span.toDays(), "day");
        }
        return span.toDays() < 730 ? count(span.toDays() / 30, "month") : count(span.toDays() / 365, "year");
    }

    private static String count(long number, String unit) {
        return number + " " + unit + (number == 1 ? "" : "s");
    }

    /// Reads `15m`, `7d`, `1h30m`, `500ms`; every number needs its unit. Empty for anything else.
    public static Optional<Duration> parse(String text) {
        Matcher parts = PART.matcher(text.strip());
        Duration sum = Duration.ZERO;
        int end = 0;
        while (parts.find() && parts.start() == end) {
            Duration unit = UNITS.getOrDefault(parts.group(2), Duration.ZERO);
            sum = sum.plus(unit.multipliedBy(Long.parseLong(parts.group(1))));
            end = parts.end();
        }
        return end == 0 || end != text.strip().length() ? Optional.empty() : Optional.of(sum);
    }
}
