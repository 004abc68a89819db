package holdfast.cli.console;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// One look at the progress of some work, and how it reads on a line. Pure.
///
/// @param totalBytes 0 while unknown, as `totalItems`
/// @param bytesPerSecond of late; 0 while unknown
record ProgressText(
        String step,
        String item,
        long doneBytes,
        long totalBytes,
        long doneItems,
        long totalItems,
        Duration elapsed,
        double bytesPerSecond) {
    private static final int SHORTEST_ITEM = 12;
    private static final int BAR = 20;
    private static final double MOST = 0.99;

    /// @param value shown text
    /// @param rank the lower the longer it stays when the line gets narrow
    private record Part(String value, int rank) {}

    /// The line, never wider than `columns` cells.
    String line(int columns) {
        List<Part> parts = parts();
        String line = join(parts);
        while (line.length() > columns && parts.size() > 1) {
            parts.remove(Collections.max(parts, Comparator.comparingInt(Part::rank)));
            line = join(parts);
        }
        String text = Cells.first(line, columns);
        int left = columns - text.length() - 2;
        return item.isEmpty() || left < SHORTEST_ITEM ? text : text + "  " + shorten(Console.safe(item), left);
    }

    private static String join(List<Part> parts) {
        return String.join("  ", parts.stream().map(Part::value).toList());
    }

    private List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        if (!step.isEmpty()) {
            parts.add(new Part(step, 1));
        }
        double share = share();
        if (share >= 0) {
            int full = (int) (share * BAR);
            parts.add(new Part("[" + "#".repeat(full) + ".".repeat(BAR - full) + "]", 5));
            parts.add(new Part(String.format(Locale.ROOT, "%3.0f%%", Math.floor(share * 100)), 0));
        }
        if (doneBytes > 0 || totalBytes > 0) {
            parts.add(new Part(Sizes.format(doneBytes) + (totalBytes > 0 ? " of " + Sizes.format(totalBytes) : ""), 2));
        } else if (doneItems > 0) {
            parts.add(new Part(doneItems + (totalItems > 0 ? " of " + totalItems : ""), 2));
        }
        if (bytesPerSecond >= 1) {
            parts.add(new Part(Sizes.format((long) bytesPerSecond) + "/s", 4));
        }
        Duration left = left();
        parts.add(new Part(left.isPositive() ? brief(left) + " left" : brief(elapsed), 3));
        return parts;
    }

    /// Between 0 and 0.99; -1 while unknown. As long as this is shown something is left to do, whatever was
    /// expected.
    double share() {
        if (totalBytes > 0) {
            return Math.min(MOST, (double) doneBytes / totalBytes);
        }
        return totalItems > 0 ? Math.min(MOST, (double) doneItems / totalItems) : -1;
    }

    /// Zero while it cannot be said.
    Duration left() {
        if (totalBytes <= doneBytes || bytesPerSecond < 1 || elapsed.toMillis() < 2000) {
            return Duration.ZERO;
        }
        double seconds = (totalBytes - doneBytes) / bytesPerSecond;
        return seconds > 1e7 ? Duration.ZERO : Duration.ofMillis((long) (seconds * 1000));
    }

    private static String brief(Duration duration) {
        long seconds = duration.plusMillis(500).toSeconds();
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    /// Keeps the beginning and, more of it, the end.
    private static String shorten(String text, int columns) {
        if (Cells.of(text) <= columns) {
            return text;
        }
        int head = (columns - 1) / 3;
        return Cells.first(text, head) + "…" + Cells.last(text, columns - 1 - head);
    }
}
