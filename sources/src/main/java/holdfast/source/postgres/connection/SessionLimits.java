package holdfast.source.postgres.connection;

import java.util.ArrayList;
import java.util.List;

/// What keeps a server from ending our sessions, whatever limits role and database have, and lets it
/// end them soon when we are gone: without, a server notices after two hours of silence (Linux) that
/// the machine at the other end is no more, and all the while keeps rows that a snapshot may see.
final class SessionLimits {
    private static final int FIRST_WITH_IDLE_SESSION_TIMEOUT = 14;
    private static final int FIRST_WITH_TRANSACTION_TIMEOUT = 17;

    private SessionLimits() {}

    /// @param version of the server, its major number
    static List<String> statements(int version) {
        List<String> statements = new ArrayList<>(List.of(
                "SET statement_timeout = 0",
                "SET lock_timeout = 0",
                "SET idle_in_transaction_session_timeout = 0",
                // of no effect on a socket in the file system
                "SET tcp_keepalives_idle = 60",
                "SET tcp_keepalives_interval = 10",
                "SET tcp_keepalives_count = 6"));
        if (version >= FIRST_WITH_IDLE_SESSION_TIMEOUT) {
            // pg_dump is never idle outside of a transaction; some of our sessions are
            statements.add("SET idle_session_timeout = 0");
        }
        if (version >= FIRST_WITH_TRANSACTION_TIMEOUT) {
            statements.add("SET transaction_timeout = 0");
        }
        return statements;
    }
}
