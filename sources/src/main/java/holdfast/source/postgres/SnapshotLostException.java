package holdfast.source.postgres;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The session that held an exported snapshot has ended, and nothing more can be read in it: all
/// has to be read again in another one.
final class SnapshotLostException extends IOException {
    private static final long serialVersionUID = 1L;

    SnapshotLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
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
    HoldfastException.Failed failed(String more) {
        return new HoldfastException.Failed(
                getMessage() + more,
                "see the server's log for the reason, and try again; nothing is listed of this attempt",
                this);
    }
}
