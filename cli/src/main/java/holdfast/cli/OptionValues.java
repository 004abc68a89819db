package holdfast.cli;

import holdfast.cli.console.Durations;
import holdfast.cli.console.Sizes;
import holdfast.model.ProofLevel;
import holdfast.policy.Span;
import holdfast.prune.MaxUnused;
import holdfast.repository.WriterOptions;
import holdfast.verify.DataSubset;
import holdfast.view.StatsMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/// How the values of options are read.
final class OptionValues {
    /// A number of bytes, typed as `64MiB`.
    record Bytes(long count) {}

    /// How many snapshots of a period to keep; -1 for all.
    record Count(int number) {}

    /// Logarithm to base 2 of scrypt's cost.
    record KeyCost(int logN) {}

    private OptionValues() {}

    static void register(CommandLine line) {
        line.registerConverter(Duration.class, OptionValues::duration);
        line.registerConverter(Bytes.class, OptionValues::bytes);
        line.registerConverter(Count.class, OptionValues::count);
        line.registerConverter(
                KeyCost.class, text -> new KeyCost((int) number(text, 10, 20, "a number from 10 to 20")));
        line.registerConverter(DataSubset.class, OptionValues::subset);
        line.registerConverter(MaxUnused.class, OptionValues::maxUnused);
        line.registerConverter(StatsMode.class, OptionValues::statsMode);
        line.registerConverter(Span.class, OptionValues::span);
        line.registerConverter(ZoneId.class, OptionValues::zone);
        line.registerConverter(GlobalOptions.Compression.class, OptionValues::compression);
        line.registerConverter(GlobalOptions.Rate.class, OptionValues::rate);
    }

    /// Those that a value of a type can be, for shells to complete; none when it can be much else.
    static List<String> words(Class<?> type) {
        if (type == GlobalOptions.Compression.class) {
            return List.of("off", "auto", "max");
        }
        if (type == MaxUnused.class) {
            return List.of("unlimited");
        }
        if (!type.isEnum()) {
            return List.of();
        }
        return Stream.of(type.getEnumConstants())
                .filter(constant -> constant != ProofLevel.USEFUL) // see ProvableLevel
                .map(constant -> constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
    }

    private static Duration duration(String text) {
        return Durations.parse(text)
                .orElseThrow(() -> refused(text, "a time with its unit, for instance 90s, 15m, 1h30m or 7d"));
    }

    private static Bytes bytes(String text) {
        OptionalLong bytes = Sizes.parse(text);
        return new Bytes(bytes.orElseThrow(() -> refused(text, "a size, for instance 500KiB, 64MiB or 2GiB")));
    }

    private static Count count(String text) {
        if (text.equals("unlimited") || text.equals("-1")) {
            return new Count(-1);
        }
        return new Count((int) number(text, 0, 1_000_000, "a number, or unlimited"));
    }

    private static Span span(String text) {
        return Span.parse(text)
                .orElseThrow(
                        () -> refused(text, "calendar time such as 1y5m7d2h (y years, m months, d days, h hours)"));
    }

    private static ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw refused(text, "a time zone such as Europe/Berlin, UTC or +02:00");
        }
    }

    private static GlobalOptions.Compression compression(String text) {
        return new GlobalOptions.Compression(
                switch (text.toLowerCase(Locale.ROOT)) {
                    case "off" -> WriterOptions.OFF;
                    case "auto" -> GlobalOptions.Compression.AUTO.level();
                    case "max" -> 19;
                    default -> (int) number(text, 1, 19, "off, auto, or a level from 1 to 19");
                });
    }

    private static DataSubset subset(String text) {
        try {
            int slash = text.indexOf('/');
            if (slash > 0) {
                int number = Integer.parseInt(text, 0, slash, 10);
                return new DataSubset.Part(number, Integer.parseInt(text, slash + 1, text.length(), 10));
            }
            return text.endsWith("%")
                    ? new DataSubset.Percent(percent(text))
                    : new DataSubset.Bytes(bytes(text).count());
        } catch (IllegalArgumentException e) {
            throw refused(text, "a part: N/M with M up to 256, a percentage such as 5%, or a size such as 500MiB");
        }
    }

    private static MaxUnused maxUnused(String text) {
        if (text.equals("unlimited")) {
            return new MaxUnused.Unlimited();
        }
        try {
            return text.endsWith("%")
                    ? new MaxUnused.Percent(percent(text))
                    : new MaxUnused.Bytes(bytes(text).count());
        } catch (IllegalArgumentException e) {
            throw refused(text, "a percentage below 100 such as 5%, a size such as 500MiB, or unlimited");
        }
    }

    private static double percent(String text) {
        return Double.parseDouble(text.substring(0, text.length() - 1));
    }

    private static StatsMode statsMode(String text) {
        return StatsMode.of(text)
                .orElseThrow(() -> refused(text, "restore-size, raw-data, files-by-contents or blobs-per-file"));
    }

    private static GlobalOptions.Rate rate(String text) {
        return new GlobalOptions.Rate(
                number(text, 0, Long.MAX_VALUE >> 10, "a number of KiB a second, 0 for no limit") << 10);
    }

    private static long number(String text, long least, long most, String wanted) {
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw refused(text, wanted);
    }

    private static TypeConversionException refused(String text, String wanted) {
        return new TypeConversionException("'" + text + "' is not " + wanted);
    }
}
