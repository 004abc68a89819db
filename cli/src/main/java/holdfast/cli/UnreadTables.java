package holdfast.cli;

import holdfast.cli.console.Sizes;
import holdfast.model.Count;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Tables of a source that a backup took from the parent snapshot, since the server proved that
/// they are unchanged.
///
/// @param bytes of their rows as they are stored
/// @param since all are unchanged from then on; some may be for longer
record UnreadTables(int count, long bytes, Instant since) {
    /// Empty when all were read.
    static Optional<UnreadTables> of(SourceRecord source) {
        List<TableRecord> unread =
                source.tables().stream().filter(table -> table.readAt() != null).toList();
        long bytes = unread.stream()
                .mapToLong(table -> table.state() == null ? 0 : table.state().bytes())
                .sum();
        return unread.stream()
                .map(TableRecord::readAt)
                .filter(Objects::nonNull)
                .max(Instant::compareTo)
                .map(since -> new UnreadTables(unread.size(), bytes, since));
    }

    /// For people.
    String line() {
        return Count.of(count, "table") + (bytes > 0 ? ", " + Sizes.format(bytes) : "") + ", unchanged since "
                + since.truncatedTo(ChronoUnit.SECONDS) + ", not read again";
    }
}
