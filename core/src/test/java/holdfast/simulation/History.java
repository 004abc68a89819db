package holdfast.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// All that happened in one run, as a checksum, and on demand line by line.
final class History {
    private final boolean recording;
    private final List<String> lines = new ArrayList<>();
    private final Map<String, String> brief = new HashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private long checksum;

    History(boolean recording) {
        this.recording = recording;
    }

    void tell(Instant now, String who, String what) {
        checksum = 31 * checksum + who.hashCode();
        checksum = 31 * checksum + what.hashCode();
        checksum = 31 * checksum + now.hashCode();
        if (recording) {
            Duration since = Duration.between(SimulatedTime.BEGIN, now);
            lines.add(String.format(
                    "%3d:%02d:%02d.%03d %-9s %s",
                    since.toHours(), since.toMinutesPart(), since.toSecondsPart(), since.toMillisPart(), who, what));
        }
    }

    /// A file's kind and how many of that kind came before it: easier to follow than its id.
    String brief(String name) {
        return brief.computeIfAbsent(name, _ -> {
            int slash = name.indexOf('/') + 1;
            return slash == 0 || slash == name.length()
                    ? name
                    : name.substring(0, slash) + counts.merge(name.substring(0, slash), 1, Integer::sum) + "("
                            + name.substring(slash, slash + 4) + ")";
        });
    }

    long checksum() {
        return checksum;
    }

    List<String> lines() {
        return lines;
    }
}
