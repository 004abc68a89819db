package holdfast.source.postgres.restore;

import holdfast.model.Progress;
import holdfast.source.postgres.archive.ArchiveFiles;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.restore.RestoreStatus.State;
import holdfast.source.postgres.rows.CopyStatement;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The rows of one table on their way in, by several sessions at once. Safe for use by many
/// threads.
final class TableLoad {
    private final TocEntry entry;
    private final String name;
    private final CopyStatement copy;
    private final List<Segment> segments;
    private final Fresh fresh;
    private final List<String> before;
    private final List<String> after;
    private final long expected;
    private final RestoreStatus status;
    private final InstantSource clock;
    private @Nullable Instant start;
    private long rows;
    private int open;
    private boolean failed;

    /// Whether the table may be emptied first, which lets its rows be written in a form that needs
    /// no care later.
    enum Fresh {
        /// Made by this restore.
        NEW,
        /// There before; its rows stay.
        OLD
    }

    /// @param expected rows that were backed up
    TableLoad(
            TocEntry entry,
            String name,
            CopyStatement copy,
            List<Segment> segments,
            Fresh fresh,
            TableTriggers triggers,
            long expected,
            RestoreStatus status,
            InstantSource clock) {
        this.entry = entry;
        this.name = name;
        this.copy = copy;
        this.segments = List.copyOf(segments);
        this.fresh = fresh;
        this.before = triggers.off(Set.of(name));
        this.after = triggers.on(Set.of(name));
        this.expected = expected;
        this.status = status;
        this.clock = clock;
        this.open = segments.size();
        status.table(new RestoreStatus.Table(name, State.PENDING, 0, expected, 0));
    }

    TocEntry entry() {
        return entry;
    }

    String name() {
        return name;
    }

    List<Segment> segments() {
        return segments;
    }

    long bytes() {
        return segments.getLast().end();
    }

    /// Loads one segment, in a transaction of its own unless the session has one for everything.
    void load(Segment segment, TargetSession session, ArchiveFiles files, Filter filter, Progress progress)
            throws IOException, SQLException {
        synchronized (this) {
            if (start == null) {
                start = clock.instant();
                tell(State.RESTORING);
            }
        }
        try (RowInput stored = segment.open(files);
                RowInput counted = new Counted(stored, progress);
                RowInput filtered = filter.apply(counted)) {
            long taken = session.inOneTransaction()
                    ? session.copyWithin(
                            fresh == Fresh.NEW ? copy.fromFrozen(session.rows()) : copy.from(session.rows()), filtered)
                    : segments.size() == 1 && fresh == Fresh.NEW
                            ? alone(session, filtered)
                            : session.copy(before, copy.from(session.rows()), filtered, after);
            loaded(taken);
        }
    }

    /// In the transaction that has emptied the table nobody can see its rows before they are all
    /// there, so they are frozen at once: indexes and the first queries need not look after them.
    private long alone(TargetSession session, RowInput rows) throws SQLException, IOException {
        session.execute("BEGIN");
        boolean done = false;
        try {
            session.execute("TRUNCATE ONLY " + copy.qualified());
            long taken = session.copyWithin(copy.fromFrozen(session.rows()), rows);
            session.execute("COMMIT");
            done = true;
            return taken;
        } finally {
            if (!done) {
                session.drop();
            }
        }
    }

    private synchronized void loaded(long taken) {
        rows += taken;
        open--;
        boolean all = open == 0;
        if (all && !failed && rows != expected) {
            fail(new Attempts.Reason(rows + " rows arrived, the backup has " + expected, false));
            return;
        }
        tell(failed ? State.FAILED : all ? State.RESTORED : State.RESTORING);
    }

    synchronized void fail(Attempts.Reason reason) {
        failed = true;
        status.failed(new RestoreStatus.Failure("table " + name, reason.text(), reason.damaged()));
        tell(State.FAILED);
    }

    private void tell(State state) {
        double seconds =
                start == null ? 0 : Duration.between(start, clock.instant()).toMillis() / 1000.0;
        status.table(new RestoreStatus.Table(name, state, rows, expected, seconds));
    }

    /// What becomes of the rows before the server sees them.
    @FunctionalInterface
    interface Filter {
        Filter NONE = rows -> rows;

        RowInput apply(RowInput rows) throws IOException;
    }

    private record Counted(RowInput rows, Progress progress) implements RowInput {
        @Override
        public int read(byte[] to) throws IOException {
            int length = rows.read(to);
            progress.bytes(Math.max(0, length));
            return length;
        }

        @Override
        public void close() {
            // closed by its owner
        }
    }
}
