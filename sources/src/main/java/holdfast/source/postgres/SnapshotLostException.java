package holdfast.source.postgres;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The session that held an exported snapshot has ended, or must give way, and nothing more can be
/// read in it: all has to be read again in another one.
final class SnapshotLostException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean givingWay;

    SnapshotLostException(String message, @Nullable Throwable cause) {
        this(message, cause, false);
    }

    private SnapshotLostException(String message, @Nullable Throwable cause, boolean givingWay) {
        super(message, cause);
        this.givingWay = givingWay;
    }

    /// It is given up for somebody who waits for it to end.
    static SnapshotLostException givingWay(String message, Throwable cause) {
        return new SnapshotLostException(message, cause, true);
    }

    /// The one that caused another failure, or is it.
    static Optional<SnapshotLostException> in(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof SnapshotLostException lost) {
                return Optional.of(lost);
            }
        }
        return Optional.empty();
    }

    /// For one who does not begin again.
    ///
    /// @param more what else there is to say; may be empty
    HoldfastException failed(String more) {
        String message = getMessage() + more;
        return givingWay
                ? new HoldfastException.PreCheckFailed(message, "try again when they are done with that table", this)
                : new HoldfastException.Failed(
                        message,
                        "see the server's log for the reason, and try again; nothing is listed of this attempt",
                        this);
    }
}
