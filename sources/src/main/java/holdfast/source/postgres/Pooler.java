package holdfast.source.postgres;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.Connections;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/// A pooler that lends a session of the server for one transaction only (PgBouncer's
/// `pool_mode = transaction`): what we set goes to a session that somebody else has next, and
/// `pg_dump` reads with what somebody else has set.
final class Pooler {
    private static final String SESSION = "SELECT pg_catalog.pg_backend_pid()";

    private Pooler() {}

    /// Asks only when somebody stands between: then the process that the server named as we connected
    /// is not the one that answers. Two sessions tell poolers apart: where each has its own, that of
    /// the first is not lent to the second while the first is idle.
    ///
    /// @param first in no transaction
    /// @throws HoldfastException.PreCheckFailed when there is such a pooler
    static void refuse(Connections connections, Connection first) throws SQLException {
        String own = session(first);
        if (own.equals(Integer.toString(first.unwrap(PGConnection.class).getBackendPID()))) {
            return;
        }
        try (Connection second = connections.open()) {
            second.setAutoCommit(false);
            boolean shared = session(second).equals(own) || !session(first).equals(own);
            second.rollback();
            if (shared) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot read " + connections.reached().display()
                                + ": a pooler before the server lends its sessions for one transaction each",
                        "name the server itself, or a pool of sessions (PgBouncer: pool_mode = session)");
            }
        }
    }

    private static String session(Connection connection) throws SQLException {
        return ReaderQuery.rows(connection, SESSION).getFirst().getFirst();
    }
}
