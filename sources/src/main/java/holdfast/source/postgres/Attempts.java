package holdfast.source.postgres;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.Connections;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.function.BooleanSupplier;

/// Decides, each time a connection breaks over which something is read, whether it is tried over
/// another one. Used by one thread.
final class Attempts {
    private static final int MOST = 4;
    private static final Duration PAUSE = Duration.ofMillis(500);

    /// How a server says that it does not know a snapshot, whose session may just have ended.
    private static final Set<String> NO_SNAPSHOT = Set.of("22023", "42704", "55000");

    /// Who cancels a statement of a backup wants it to end, so it is not tried again.
    private static final String CANCELLED = "57014";

    private static final String WHY_CANCELLED =
            "somebody cancelled it on the server (pg_cancel_backend): try again at a better time; nothing is listed of"
                    + " this attempt";

    private final BooleanSupplier snapshotHeld;
    private final String what;
    private int made;

    /// @param snapshotHeld whether there is anything left to read for another connection
    /// @param what is read, in the plural
    Attempts(BooleanSupplier snapshotHeld, String what) {
        this.snapshotHeld = snapshotHeld;
        this.what = what;
    }

    /// Returns, after a while, when it is worth another try; the broken connection has been given
    /// up before.
    ///
    /// @param resumable whether what was read so far will be followed by the same as it would have
    ///     been
    /// @throws SnapshotLostException when there is nothing left to read for another connection
    /// @throws IOException when it was not the connection
    void failed(Exception cause, boolean resumable) throws IOException {
        made++;
        String said = reason(cause);
        requireSnapshot(said, cause);
        if (cause instanceof SQLException failure
                && !Connections.isLost(failure)
                && (made == 1 || !NO_SNAPSHOT.contains(String.valueOf(failure.getSQLState())))) {
            String message = "cannot read " + what + ": " + said;
            if (CANCELLED.equals(failure.getSQLState())) {
                throw new HoldfastException.Failed(message, WHY_CANCELLED, failure);
            }
            throw new IOException(message, failure);
        }
        if (made >= MOST || !resumable) {
            throw new HoldfastException.Failed(
                    "lost the server while " + what + " were read: " + said,
                    "see the server's log for the reason, and try again; nothing is listed of this attempt",
                    cause);
        }
        pause(PAUSE.multipliedBy(made));
        requireSnapshot(said, cause); // of all sessions that end together one is the first
    }

    private void requireSnapshot(String said, Exception cause) throws SnapshotLostException {
        if (!snapshotHeld.getAsBoolean()) {
            throw new SnapshotLostException("lost the server while " + what + " were read: " + said, cause);
        }
    }

    static String reason(Exception failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof SocketTimeoutException) {
                return "it has said nothing for too long";
            }
        }
        return String.valueOf(failure.getMessage());
    }

    /// @throws HoldfastException.Interrupted when the thread is interrupted
    static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HoldfastException.Interrupted("interrupted", "nothing is listed of this attempt");
        }
    }
}
