package holdfast.source.postgres;

import holdfast.source.postgres.connection.Connections;
import java.net.UnknownHostException;
import java.sql.SQLException;

/// Tells whether it was the server, or the way to it, that made something fail.
public final class LostServer {
    private LostServer() {}

    /// Whether another try over another connection may do better. What was begun is over.
    public static boolean isBehind(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof SnapshotLostException
                    || at instanceof LostConnectionException
                    || at instanceof UnknownHostException
                    || (at instanceof SQLException said && Connections.isLost(said))) {
                return true;
            }
        }
        return false;
    }
}
