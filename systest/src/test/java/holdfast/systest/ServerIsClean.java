package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.PostgresServer;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/// What nothing of Holdfast's may leave on a server, however it ended: sessions, locks, prepared
/// transactions, replication slots, exported snapshots, temporary tables, and databases that a
/// restore was making.
final class ServerIsClean {
    private static final String SESSIONS = """
            SELECT pid, datname, application_name, state, query FROM pg_stat_activity
            WHERE backend_type IN ('client backend', 'walsender') AND pid <> pg_backend_pid()""";

    private static final String LOCKS = """
            SELECT locktype, relation, mode FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
            WHERE pid IS DISTINCT FROM pg_backend_pid() AND backend_type IS DISTINCT FROM 'autovacuum worker'""";

    private ServerIsClean() {}

    /// Gives the sessions of a program that has ended a minute to end too. No other may be open.
    static void assertAfter(PostgresServer server) throws IOException, InterruptedException, SQLException {
        Await.until("the end of every session", () -> ask(server, SESSIONS).isEmpty());
        Await.until("the end of every lock", () -> ask(server, LOCKS).isEmpty());
        assertThat(ask(server, "SELECT gid FROM pg_prepared_xacts"))
                .as("prepared transactions")
                .isEmpty();
        assertThat(ask(server, "SELECT slot_name FROM pg_replication_slots"))
                .as("slots")
                .isEmpty();
        assertThat(server.data().resolve("pg_snapshots"))
                .as("exported snapshots")
                .isEmptyDirectory();
        assertThat(ask(server, "SELECT datname FROM pg_database WHERE datname LIKE '%\\_restoring\\_%'"))
                .as("databases that were being made")
                .isEmpty();
        for (String database : ask(server, "SELECT datname FROM pg_database WHERE datallowconn")) {
            assertThat(server.ask(database, "SELECT relname FROM pg_class WHERE relpersistence = 't'"))
                    .as("temporary tables in " + database)
                    .isEmpty();
        }
    }

    private static List<String> ask(PostgresServer server, String query) throws IOException {
        try {
            return server.ask(PostgresServer.SUPERUSER, query);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }
}
