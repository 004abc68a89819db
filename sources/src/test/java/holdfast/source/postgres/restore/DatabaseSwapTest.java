package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.restore.RestoreOptions.Placement;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: a restored database takes its place in one step, whoever is at work in the live one and
/// whenever the restore is killed. Method: the swap is held up or watched by others on a real
/// server.
@Tag("slow")
final class DatabaseSwapTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final Placement FORCED = new Placement(false, true, true);
    private static final int CLIENTS = 4;

    @TempDir
    static Path folder;

    private static BackedUp backup;

    @BeforeAll
    static void backUp() throws Exception {
        SERVER.database("source");
        SERVER.run(
                "source",
                "CREATE TABLE state AS SELECT 'restored' AS word",
                "COMMENT ON DATABASE source IS 'of the shop'");
        backup = new BackedUp(SERVER, "source", folder);
    }

    @AfterAll
    static void close() {
        backup.close();
    }

    private static void live(String name) throws SQLException {
        SERVER.database(name);
        SERVER.run(name, "CREATE TABLE state AS SELECT 'live' AS word");
    }

    private static List<String> word(String database) throws SQLException {
        return SERVER.ask(database, "SELECT word FROM state");
    }

    private static void until(String what, String query) throws SQLException {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (SERVER.ask("postgres", query).isEmpty()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    @Test
    void aRestoreThatIsKilledWhileItSwapsLeavesTheLiveDatabaseAsItWas() throws Exception {
        live("killed");
        String waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%RENAME%'";
        try (Connection other = SERVER.connect("postgres");
                Statement statement = other.createStatement();
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            other.setAutoCommit(false);
            statement.execute("COMMENT ON DATABASE killed IS 'keeps it from being renamed'");
            Future<DatabaseResult> restore = executor.submit(() -> backup.run("killed", FORCED));
            until("a swap that waits", waiting);
            SERVER.run(
                    "postgres",
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend'"
                            + " AND application_name LIKE '%oldfast%'");
            assertThatThrownBy(restore::get).hasCauseInstanceOf(IOException.class);
            other.rollback();
        }
        assertThat(word("killed")).containsExactly("live");
    }

    @Test
    void whoConnectsAllTheTimeFindsEitherDatabaseAndIsNeverShutOut() throws Exception {
        live("busy");
        AtomicBoolean over = new AtomicBoolean();
        Map<String, Integer> seen = new ConcurrentHashMap<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(executor.submit(() -> {
                    while (!over.get()) {
                        work("busy", over, seen);
                    }
                }));
            }
            until("clients", "SELECT pid FROM pg_stat_activity WHERE datname = 'busy'");
            DatabaseResult result = backup.run("busy", FORCED);
            assertThat(result.passed()).isTrue();
            assertThat(word(result.plan().kept())).containsExactly("live");
            until("clients", "SELECT pid FROM pg_stat_activity WHERE datname = 'busy'");
            over.set(true);
            for (Future<?> client : clients) {
                client.get();
            }
        }
        assertThat(word("busy")).containsExactly("restored");
        // ended, or not there for the moment in which names change: never closed to everybody
        assertThat(seen.keySet())
                .contains("live", "restored")
                .allMatch(what ->
                        List.of("live", "restored", "57P01", "08006", "3D000").contains(what));
        assertThat(SERVER.ask(
                        "postgres",
                        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'busy'"))
                .containsExactly("of the shop");
    }

    @Test
    void sessionsAreCountedThoughTheRoleMayNotLookAtThem() throws Exception {
        SERVER.run("postgres", "CREATE ROLE mover LOGIN CREATEDB", "CREATE DATABASE unseen OWNER mover");
        SERVER.run("unseen", "CREATE TABLE state AS SELECT 'live' AS word");
        String url = SERVER.url("unseen").replace(PostgresServer.SUPERUSER + "@", "mover@");
        RestoreOptions usual = RestoreOptions.DEFAULTS;
        RestoreOptions withoutOwners = new RestoreOptions(
                usual.jobs(),
                usual.batchBytes(),
                usual.timeout(),
                usual.connectTimeout(),
                usual.maintenanceMemory(),
                usual.content(),
                new Placement(false, true, false),
                false,
                false,
                false,
                usual.checks());
        DatabaseRestore restore = backup.restore(url, withoutOwners, InstantSource.system());
        try (Connection other = SERVER.connect("unseen")) {
            assertThat(other.isValid(5)).isTrue();
            assertThatThrownBy(restore::plan).hasMessageContaining("it is in use by 1 session: ");
        }
    }

    /// A client with a session of its own, that asks until it is ended.
    private static void work(String database, AtomicBoolean over, Map<String, Integer> seen) {
        try (Connection connection = SERVER.connect(database);
                Statement statement = connection.createStatement()) {
            while (!over.get()) {
                try (ResultSet answer = statement.executeQuery("SELECT word FROM state")) {
                    answer.next();
                    seen.merge(answer.getString(1), 1, Integer::sum);
                }
            }
        } catch (SQLException e) {
            seen.merge(String.valueOf(e.getSQLState()), 1, Integer::sum);
        }
    }
}
