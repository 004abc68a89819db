package holdfast.cli;

import holdfast.policy.Period;
import holdfast.policy.RetentionPolicy;
import holdfast.policy.Span;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What to keep, by the options people know from restic.
final class RetentionOptions {
    private static final String SPAN = "TIME";

    @Option(
            names = {"-l", "--keep-last"},
            paramLabel = "N",
            description = "Keep the newest N snapshots; N may be 'unlimited', as below")
    private OptionValues.@Nullable Count last;

    @Option(names = "--keep-hourly", paramLabel = "N", description = "Keep the newest of each of the last N hours")
    private OptionValues.@Nullable Count hourly;

    @Option(
            names = {"-d", "--keep-daily"},
            paramLabel = "N",
            description = "... of each of the last N days that have one")
    private OptionValues.@Nullable Count daily;

    @Option(
            names = {"-w", "--keep-weekly"},
            paramLabel = "N",
            description = "... weeks (Monday to Sunday)")
    private OptionValues.@Nullable Count weekly;

    @Option(
            names = {"-m", "--keep-monthly"},
            paramLabel = "N",
            description = "... months")
    private OptionValues.@Nullable Count monthly;

    @Option(
            names = {"-y", "--keep-yearly"},
            paramLabel = "N",
            description = "... years")
    private OptionValues.@Nullable Count yearly;

    @Option(
            names = "--keep-within",
            paramLabel = SPAN,
            description = "Keep what was made within this time before the latest snapshot, for instance 1y5m7d2h")
    private @Nullable Span within;

    @Option(names = "--keep-within-hourly", paramLabel = SPAN, description = "... the newest of each hour in it")
    private @Nullable Span withinHourly;

    @Option(names = "--keep-within-daily", paramLabel = SPAN, description = "... of each day in it")
    private @Nullable Span withinDaily;

    @Option(names = "--keep-within-weekly", paramLabel = SPAN, description = "... of each week in it")
    private @Nullable Span withinWeekly;

    @Option(names = "--keep-within-monthly", paramLabel = SPAN, description = "... of each month in it")
    private @Nullable Span withinMonthly;

    @Option(names = "--keep-within-yearly", paramLabel = SPAN, description = "... of each year in it")
    private @Nullable Span withinYearly;

    @Option(
            names = "--keep-tag",
            paramLabel = "TAG[,TAG...]",
            description = "Keep what has all of these tags; may be given several times")
    private final List<String> tags = new ArrayList<>();

    @Option(
            names = "--minimum-redundancy",
            paramLabel = "N",
            description = "Never leave fewer than N sound snapshots of a source, whatever the rules say. Default: 1")
    private OptionValues.Count minimum = new OptionValues.Count(1);

    @Option(
            names = "--time-zone",
            paramLabel = "ZONE",
            description = "Where days, weeks, months and years begin. Default: that of this host")
    private @Nullable ZoneId zone;

    /// @param usual time zone when none is given
    RetentionPolicy policy(ZoneId usual) {
        Map<Period, Integer> counts = new EnumMap<>(Period.class);
        put(counts, Period.LAST, last);
        put(counts, Period.HOURLY, hourly);
        put(counts, Period.DAILY, daily);
        put(counts, Period.WEEKLY, weekly);
        put(counts, Period.MONTHLY, monthly);
        put(counts, Period.YEARLY, yearly);
        Map<Period, Span> spans = new EnumMap<>(Period.class);
        put(spans, Period.LAST, within);
        put(spans, Period.HOURLY, withinHourly);
        put(spans, Period.DAILY, withinDaily);
        put(spans, Period.WEEKLY, withinWeekly);
        put(spans, Period.MONTHLY, withinMonthly);
        put(spans, Period.YEARLY, withinYearly);
        return new RetentionPolicy(
                counts,
                spans,
                SnapshotFilterOptions.tagLists(tags),
                Math.max(0, minimum.number()),
                zone == null ? usual : zone);
    }

    private static void put(Map<Period, Integer> counts, Period period, OptionValues.@Nullable Count count) {
        if (count != null) {
            counts.put(period, count.number());
        }
    }

    private static void put(Map<Period, Span> spans, Period period, @Nullable Span span) {
        if (span != null) {
            spans.put(period, span);
        }
    }
}
