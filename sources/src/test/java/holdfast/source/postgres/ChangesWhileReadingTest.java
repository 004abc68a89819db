package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.backup.BackupResult;
import holdfast.backup.Backups;
import holdfast.model.HoldfastException;
import holdfast.model.SourceKind;
import holdfast.repository.Repository;
import holdfast.source.Capture;
import holdfast.source.Source;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.storage.MemoryStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: nobody can take away rows that are still to be read, and nobody who waits to do so keeps
/// them from being read. Method: all that would is begun just after the snapshot was taken, before
/// the first row is read.
@Tag("slow")
final class ChangesWhileReadingTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final String DATABASE = "changing";

    /// Each would take the table's rows from an older snapshot, or put them into other pages.
    private static final List<String> CHANGES = List.of(
            "TRUNCATE large",
            "DROP TABLE large CASCADE",
            "ALTER TABLE large ALTER COLUMN id TYPE bigint",
            "ALTER TABLE large DROP COLUMN body",
            "ALTER TABLE large SET SCHEMA other",
            "VACUUM FULL large",
            "CLUSTER large USING large_pkey");

    @TempDir
    static Path folder;

    @AutoClose("shutdownNow")
    private final ExecutorService others = Executors.newCachedThreadPool();

    @BeforeEach
    void makeDatabase() throws SQLException {
        SERVER.run(PostgresServer.SUPERUSER, "DROP DATABASE IF EXISTS " + DATABASE + " WITH (FORCE)");
        SERVER.database(DATABASE);
        SERVER.run(
                DATABASE,
                "CREATE SCHEMA other",
                "CREATE TABLE large (id int PRIMARY KEY, body text)",
                "INSERT INTO large SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 250000) g",
                "CREATE TABLE small (id int)",
                "INSERT INTO small VALUES (1)");
    }

    private interface Deed {
        void done() throws Exception;
    }

    /// Somebody does something when the snapshot has been taken.
    private record Disturbed(Source source, Deed deed) implements Source {
        @Override
        public SourceKind kind() {
            return source.kind();
        }

        @Override
        public String location() {
            return source.location();
        }

        @Override
        public Capture capture() throws IOException {
            Capture capture = source.capture();
            try {
                deed.done();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            return capture;
        }
    }

    private static Source source() throws IOException {
        return new PostgresSource(
                ConnectionTarget.of(SERVER.url(DATABASE), Map.of()),
                ClientPrograms.find(SERVER.programs().path()),
                new PostgresOptions(2, Duration.ofSeconds(20), Duration.ofSeconds(1), DumpSelection.EVERYTHING),
                folder,
                InstantSource.system());
    }

    private static void assertAllRowsAreStored(Deed deed) throws IOException {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult backup = Backups.backUp(repository, new Disturbed(source(), deed));
            assertThat(backup.manifest().sources().getFirst().tables())
                    .extracting(table -> table.name() + " " + table.rows())
                    .containsExactly("public.large 250000", "public.small 1");
        }
    }

    @Test
    void nobodyTakesAwayWhatIsStillToBeRead() throws Exception {
        assertAllRowsAreStored(() -> {
            try (Connection connection = SERVER.connect(DATABASE);
                    Statement statement = connection.createStatement()) {
                statement.execute("SET lock_timeout = '50ms'");
                for (String change : CHANGES) {
                    assertThatThrownBy(() -> statement.execute(change))
                            .as(change)
                            .hasMessageContaining("lock timeout");
                }
            }
        });
    }

    @Test
    void whoWaitsToChangeATableDoesNotKeepItFromBeingRead() throws Exception {
        List<Future<?>> waiting = new ArrayList<>();
        assertAllRowsAreStored(() -> {
            for (String table : List.of("large", "small")) {
                waiting.add(others.submit(() -> {
                    SERVER.run(DATABASE, "ALTER TABLE " + table + " ADD COLUMN more int");
                    return null;
                }));
            }
            awaitWaiting(2);
        });
        for (Future<?> change : waiting) {
            change.get(1, TimeUnit.MINUTES);
        }
        assertThat(SERVER.ask(DATABASE, "SELECT more FROM small")).containsExactly("");
    }

    @Test
    void aTableThatStaysLockedIsToldAfterABoundedTime() throws Exception {
        try (Connection connection = SERVER.connect(DATABASE);
                Statement statement = connection.createStatement();
                Repository repository = Backups.init(new MemoryStorage())) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE small");
            assertThatThrownBy(() -> Backups.backUp(repository, source()))
                    .isInstanceOf(HoldfastException.PreCheckFailed.class)
                    .hasMessageContaining("small");
            connection.rollback();
        }
        awaitNoOtherSessions();
    }

    /// The server ends a session some moments after its client has gone.
    private static void awaitNoOtherSessions() throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        String others = "SELECT pid, state, query FROM pg_stat_activity WHERE datname = '" + DATABASE + "'"
                + " AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
        for (List<String> left = SERVER.ask(DATABASE, others); !left.isEmpty(); left = SERVER.ask(DATABASE, others)) {
            assertThat(System.nanoTime()).as("sessions that are left: " + left).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static void awaitWaiting(int sessions) throws Exception {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!SERVER.ask(DATABASE, "SELECT count(*) FROM pg_locks WHERE NOT granted")
                .equals(List.of(Integer.toString(sessions)))) {
            assertThat(System.nanoTime()).as("nobody waits").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
