package holdfast.policy;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A length of calendar time as `--keep-within` takes it: `2y5m7d3h`. Months and years are as long as the
/// calendar makes them; a day is a calendar day, so on the day the clocks change it has 23 or 25 hours.
public record Span(int years, int months, int days, int hours) {
    public static final Span ZERO = new Span(0, 0, 0, 0);

    private static final Pattern FORM =
            Pattern.compile("(?:(\\d{1,6})y)?(?:(\\d{1,6})m)?(?:(\\d{1,6})d)?(?:(\\d{1,6})h)?");

    public Span {
        if (years < 0 || months < 0 || days < 0 || hours < 0) {
            throw new IllegalArgumentException("a span cannot be negative");
        }
    }

    public static Span ofDays(int days) {
        return new Span(0, 0, days, 0);
    }

    /// The span written as `1y2m3d4h`; each part may be missing, but not all. Empty when `text` has another
    /// form.
    public static Optional<Span> parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (text.isEmpty() || !parts.matches()) {
            return Optional.empty();
        }
        return Optional.of(new Span(part(parts, 1), part(parts, 2), part(parts, 3), part(parts, 4)));
    }

    private static int part(Matcher parts, int group) {
        String digits = parts.group(group);
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    public boolean isZero() {
        return equals(ZERO);
    }

    /// The instant this much calendar time before `end`.
    Instant before(Instant end, ZoneId zone) {
        return end.atZone(zone)
                .minusYears(years)
                .minusMonths(months)
                .minusDays(days)
                .minusHours(hours)
                .toInstant();
    }

    @Override
    public String toString() {
        if (isZero()) {
            return "0h";
        }
        StringBuilder text = new StringBuilder();
        append(text, years, 'y');
        append(text, months, 'm');
        append(text, days, 'd');
        append(text, hours, 'h');
        return text.toString();
    }

    private static void append(StringBuilder text, int number, char unit) {
        if (number > 0) {
            text.append(number).append(unit);
        }
    }
}
