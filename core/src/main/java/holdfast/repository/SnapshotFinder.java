package holdfast.repository;

import holdfast.model.HoldfastException;
import holdfast.model.Snapshot;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Finds the snapshot that a person means. Pure.
final class SnapshotFinder {
    private static final String LATEST = "latest";
    private static final Pattern TIME =
            Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{1,64}");
    private static final int SHOWN_MAX = 8;

    private static final DateTimeFormatter LOCAL = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendLiteral('T')
            .appendPattern("HH:mm")
            .optionalStart()
            .appendPattern(":ss")
            .optionalStart()
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .toFormatter(Locale.ROOT);
    private static final DateTimeFormatter OFFSET = new DateTimeFormatterBuilder()
            .append(LOCAL)
            .appendPattern("[XXX][XX][X]")
            .toFormatter(Locale.ROOT)
            .withResolverStyle(ResolverStyle.STRICT);

    private final List<Snapshot> snapshots;
    private final SnapshotFilter filter;
    private final ZoneId zone;

    /// @param snapshots oldest first
    SnapshotFinder(List<Snapshot> snapshots, SnapshotFilter filter, ZoneId zone) {
        this.snapshots = snapshots;
        this.filter = filter;
        this.zone = zone;
    }

    Snapshot find(String wanted) {
        String text = wanted.strip();
        if (text.equalsIgnoreCase(LATEST)) {
            return newest(snapshot -> true).orElseThrow(() -> none("there is none" + filtered() + onlySafety()));
        }
        if (TIME.matcher(text).matches()) {
            Instant limit = limit(text);
            return newest(snapshot -> !snapshot.time().isAfter(limit))
                    .orElseThrow(
                            () -> none("none was taken at or before " + text + filtered() + oldest() + onlySafety()));
        }
        if (HEX.matcher(text).matches()) {
            return byPrefix(text.toLowerCase(Locale.ROOT));
        }
        throw new HoldfastException.BadUsage(
                "\"" + wanted + "\" names no snapshot",
                "give `latest`, the beginning of an id, or a time such as 2026-03-01T10:00");
    }

    private Optional<Snapshot> newest(Predicate<Snapshot> condition) {
        return snapshots.reversed().stream()
                .filter(filter::admits)
                .filter(this::isMeant)
                .filter(condition)
                .findFirst();
    }

    /// Who restores the newest backup a second time wants the same again, not what the first
    /// restore has replaced: that is meant only by its id, or by its tag.
    private boolean isMeant(Snapshot snapshot) {
        return !filter.tags().isEmpty() || !snapshot.tags().contains(Snapshot.BEFORE_RESTORE);
    }

    private String onlySafety() {
        return snapshots.stream().filter(filter::admits).allMatch(this::isMeant)
                ? ""
                : " (safety snapshots, tag " + Snapshot.BEFORE_RESTORE + ", are named by their id)";
    }

    private String filtered() {
        return filter.equals(SnapshotFilter.ALL) ? "" : " with" + filter;
    }

    private String oldest() {
        return snapshots.stream()
                .filter(filter::admits)
                .filter(this::isMeant)
                .findFirst()
                .map(snapshot -> "; the oldest is " + show(snapshot))
                .orElse("");
    }

    private Snapshot byPrefix(String prefix) {
        List<Snapshot> fitting = snapshots.stream()
                .filter(snapshot -> snapshot.id().hex().startsWith(prefix))
                .toList();
        if (fitting.size() == 1) {
            return fitting.getFirst();
        }
        if (fitting.isEmpty()) {
            throw none("no id begins with " + prefix + nearest(prefix));
        }
        throw new HoldfastException.PreCheckFailed(
                "\"" + prefix + "\" fits " + fitting.size() + " snapshots: " + show(fitting),
                "give more digits of the id");
    }

    /// The ids that share the most digits.
    private String nearest(String prefix) {
        Comparator<Snapshot> byCommon = Comparator.comparingInt(
                        (Snapshot snapshot) -> common(snapshot.id().hex(), prefix))
                .reversed();
        List<Snapshot> near = snapshots.stream().sorted(byCommon).limit(3).toList();
        return near.isEmpty() ? ", the repository has no snapshots" : "; near are " + show(near);
    }

    private static int common(String left, String right) {
        int length = 0;
        while (length < right.length() && left.charAt(length) == right.charAt(length)) {
            length++;
        }
        return length;
    }

    private HoldfastException.PreCheckFailed none(String why) {
        return new HoldfastException.PreCheckFailed(
                "no such snapshot: " + why,
                snapshots.isEmpty() ? "take one with `holdfast backup`" : "`holdfast snapshots` lists them");
    }

    private String show(List<Snapshot> several) {
        String shown = several.stream().limit(SHOWN_MAX).map(this::show).collect(Collectors.joining(", "));
        return several.size() > SHOWN_MAX ? shown + ", …" : shown;
    }

    private String show(Snapshot snapshot) {
        String time = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)
                .format(snapshot.time().atZone(zone));
        return snapshot.id().brief() + " (" + time + ")";
    }

    /// The last instant that a time as people write it includes.
    private Instant limit(String text) {
        try {
            if (text.length() == 10) {
                return LocalDate.parse(text)
                        .plusDays(1)
                        .atStartOfDay(zone)
                        .toInstant()
                        .minusNanos(1);
            }
            String form = text.replace(' ', 'T');
            TemporalAccessor time = OFFSET.parseBest(form, OffsetDateTime::from, LocalDateTime::from);
            Instant parsed = time instanceof LocalDateTime local
                    ? local.atZone(zone).toInstant()
                    : OffsetDateTime.from(time).toInstant();
            // to the minute or second means to its end
            return parsed.plus(precision(form)).minusNanos(1);
        } catch (DateTimeException e) {
            throw new HoldfastException.BadUsage(
                    "\"" + text + "\" is no time: " + e.getMessage(), "write for instance 2026-03-01T10:00:00+01:00");
        }
    }

    private static Duration precision(String form) {
        int colons = 0;
        int at = 11;
        while (at < form.length() && "0123456789:.".indexOf(form.charAt(at)) >= 0) {
            colons += form.charAt(at) == ':' ? 1 : 0;
            if (form.charAt(at) == '.') {
                return Duration.ofNanos(1);
            }
            at++;
        }
        return colons == 1 ? Duration.ofMinutes(1) : Duration.ofSeconds(1);
    }
}
