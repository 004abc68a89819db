package holdfast.source.postgres;

import holdfast.model.HoldfastException;
import holdfast.model.SourceRecord;
import holdfast.source.Capture;
import holdfast.source.TreeSink;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A database that is captured again, at a later instant, when the session is lost that holds its
/// snapshot: nothing of what was read before gets into the tree, and what has not changed meanwhile
/// is not stored a second time. Used by one thread.
final class RepeatedCapture implements Capture {
    /// The two steps in which the state of the database is fixed.
    interface Taking {
        /// @throws HoldfastException.PreCheckFailed when no server lets us in
        ExportedSnapshot snapshot() throws IOException;

        /// Closes the snapshot when it fails.
        ///
        /// @param repeats how often it was begun again
        /// @throws SnapshotLostException when it is lost already
        DatabaseCapture capture(ExportedSnapshot snapshot, int repeats) throws IOException;
    }

    /// More than that is no accident.
    private static final int MOST_REPEATS = 2;

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Taking taking;
    private final Duration absence;
    private final Consumer<String> told;
    private @Nullable DatabaseCapture current;
    private int repeats;

    /// @param absence how long to wait for a server to come back
    /// @param told why it begins again
    RepeatedCapture(Taking taking, Duration absence, Consumer<String> told) {
        this.taking = taking;
        this.absence = absence;
        this.told = told;
    }

    /// Fixes the state for the first time.
    RepeatedCapture begin() throws IOException {
        try {
            current = taking.capture(taking.snapshot(), repeats);
        } catch (SnapshotLostException e) {
            current = again(e);
        }
        return this;
    }

    private DatabaseCapture open() {
        DatabaseCapture open = current;
        if (open == null) {
            throw new IllegalStateException("not begun");
        }
        return open;
    }

    @Override
    public long expectedBytes() {
        return open().expectedBytes();
    }

    @Override
    public long expectedFiles() {
        return open().expectedFiles();
    }

    @Override
    public SourceRecord writeTo(TreeSink tree) throws IOException {
        while (true) {
            try {
                return open().writeTo(tree);
            } catch (IOException e) {
                SnapshotLostException lost = SnapshotLostException.in(e).orElseThrow(() -> e);
                open().abandon();
                current = again(lost);
            }
        }
    }

    private DatabaseCapture again(SnapshotLostException first) throws IOException {
        SnapshotLostException lost = first;
        while (repeats < MOST_REPEATS) {
            repeats++;
            told.accept(lost.getMessage() + "; its backup begins again, with a new snapshot");
            try {
                return taking.capture(patiently(lost), repeats);
            } catch (SnapshotLostException e) {
                lost = e;
            }
        }
        throw lost.failed("; it has been begun again " + repeats + " times");
    }

    /// Waits until the server lets us in.
    private ExportedSnapshot patiently(SnapshotLostException lost) {
        long end = System.nanoTime() + absence.toNanos();
        while (true) {
            try {
                return taking.snapshot();
            } catch (IOException | HoldfastException.PreCheckFailed e) {
                if (System.nanoTime() > end) {
                    throw lost.failed("; it did not come back within " + absence.toSeconds() + " s: " + e.getMessage());
                }
                Attempts.pause(PAUSE);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (current != null) {
            current.close();
        }
    }
}
