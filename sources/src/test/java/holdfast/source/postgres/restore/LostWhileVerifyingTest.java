package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.CheckResult;
import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.restore.RestoreOptions.Check;
import holdfast.source.postgres.restore.RestoreOptions.Placement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Goal: a restore that has loaded everything survives the loss of its connections while it looks
/// at the result, whatever it looks at. Method: as it begins to look somebody locks a table; who
/// waits there is ended, alone or with all the other sessions.
@Tag("slow")
final class LostWhileVerifyingTest {
    private static final String OURS = "application_name LIKE '%oldfast%'";

    private static final String WAITING = OURS + " AND wait_event_type = 'Lock'";

    private static final String OF_THE_WAITING =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE " + WAITING;

    private static final String OF_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE " + OURS
            + " AND EXISTS (SELECT FROM pg_stat_activity WHERE " + WAITING + ")";

    private static final List<String> CONTENT = List.of(
            "SELECT p::text FROM parent p ORDER BY 1",
            "SELECT c::text FROM child c ORDER BY 1",
            "SELECT loid, pageno, data FROM pg_largeobject ORDER BY 1, 2",
            "SELECT conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid <> 0 ORDER BY 1",
            "SELECT indexrelid::regclass::text, indisvalid FROM pg_index WHERE indexrelid::regclass::text !~ '^pg_' ORDER BY 1");

    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static StoredDatabase stored;

    private final List<String> log = Collections.synchronizedList(new ArrayList<>());

    @BeforeAll
    static void backUp() throws Exception {
        SERVER.database("source");
        SERVER.run(
                "source",
                "CREATE TABLE parent (id int PRIMARY KEY, body text)",
                "INSERT INTO parent SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 3000) g",
                "CREATE TABLE child (id int PRIMARY KEY, parent int NOT NULL REFERENCES parent)",
                "INSERT INTO child SELECT g, g FROM generate_series(1, 3000) g",
                "SELECT lo_from_bytea(7, 'an object')");
        stored = new StoredDatabase(SERVER, "source");
    }

    @AfterAll
    static void close() throws IOException {
        stored.close();
    }

    private interface Fault {
        void happen() throws IOException, SQLException;
    }

    /// @param step of the restore at whose begin the fault is made
    private DatabaseResult restored(String into, Placement placement, Set<Check> checks, String step, Fault fault)
            throws IOException {
        RestoreOptions usual = StoredDatabase.options(RestoreOptions.Content.ALL, placement);
        RestoreOptions options = new RestoreOptions(
                usual.jobs(),
                usual.batchBytes(),
                usual.timeout(),
                usual.connectTimeout(),
                usual.maintenanceMemory(),
                usual.content(),
                placement,
                true,
                true,
                true,
                checks);
        DatabaseRestore restore = new DatabaseRestore(
                new StoredDump(stored.folder()),
                stored.record(),
                ConnectionTarget.of(SERVER.url(into), Map.of()),
                options,
                new DatabaseRestore.Surroundings(
                        stored.structure(),
                        new Progress(),
                        line -> {
                            log.add(line);
                            if (line.equals(step)) {
                                make(fault);
                            }
                        },
                        _ -> {},
                        InstantSource.system()));
        return restore.run(restore.plan());
    }

    private static void make(Fault fault) {
        try {
            fault.happen();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Locks a table; from now on those are ended that a query ends, so many times.
    private void ending(String database, String table, String query, int times) throws SQLException {
        Connection holder = SERVER.connect(database);
        holder.setAutoCommit(false);
        try (Statement statement = holder.createStatement()) {
            statement.execute("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
        }
        Thread.ofVirtual().start(() -> {
            try (holder) {
                for (int ended = 0; ended < times; TimeUnit.MILLISECONDS.sleep(20)) {
                    ended += SERVER.ask(PostgresServer.SUPERUSER, query).isEmpty() ? 0 : 1;
                }
                holder.rollback();
            } catch (SQLException e) {
                log.add("the test itself failed: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void assertSurvives(Set<Check> checks, String step, String table, String query) throws Exception {
        String into = SERVER.database("copy" + System.nanoTime());
        DatabaseResult result = restored(into, StoredDatabase.INTO, checks, step, () -> ending(into, table, query, 2));
        assertWhole(result, into);
    }

    private void assertWhole(DatabaseResult result, String database) throws SQLException {
        assertThat(result.failures()).isEmpty();
        assertThat(result.checks()).isNotEmpty().allMatch(CheckResult::passed);
        assertThat(result.statistics()).hasSize(2);
        assertSame(database);
        assertNothingIsLeft();
    }

    private static void assertSame(String database) throws SQLException {
        for (String query : CONTENT) {
            assertThat(SERVER.ask(database, query)).isNotEmpty().isEqualTo(SERVER.ask("source", query));
        }
    }

    @Test
    void tablesAreAnalysedByOthers() throws Exception {
        assertSurvives(Set.of(Check.FINGERPRINTS), "analysing", "child", OF_THE_WAITING);
        assertThat(log).noneMatch(line -> line.contains("not analysed"));
        assertThat(SERVER.ask(
                        SERVER.ask(
                                        PostgresServer.SUPERUSER,
                                        "SELECT datname FROM pg_database WHERE datname LIKE 'copy%' ORDER BY oid DESC")
                                .getFirst(),
                        "SELECT reltuples FROM pg_class WHERE relname IN ('parent', 'child')"))
                .containsExactly("3000", "3000");
    }

    @Test
    void theStructureIsDescribedAgain() throws Exception {
        assertSurvives(Set.of(Check.STRUCTURE), "verifying", "child", OF_THE_WAITING);
        assertSurvives(Set.of(Check.STRUCTURE), "verifying", "child", OF_ALL);
        assertThat(log)
                .filteredOn(line -> line.startsWith("once more after"))
                .hasSize(2)
                .allMatch(line -> line.contains("while the structure was verified"));
    }

    @Test
    void constraintsAreAskedForAgain() throws Exception {
        assertSurvives(Set.of(Check.CONSTRAINTS), "verifying", "pg_catalog.pg_constraint", OF_THE_WAITING);
        assertThat(log)
                .filteredOn(line -> line.contains("while constraints were verified"))
                .hasSize(2);
    }

    @Test
    void rowsAreReadAgain() throws Exception {
        assertSurvives(Set.of(Check.FINGERPRINTS), "verifying", "child", OF_THE_WAITING);
        assertSurvives(Set.of(Check.FINGERPRINTS), "verifying", "child", OF_ALL);
        assertThat(log).anyMatch(line -> line.contains("while the rows were verified"));
    }

    /// The session that makes the new database and gives it its name is lost too.
    @Test
    void aDatabaseThatIsReplacedTakesItsPlaceThen() throws Exception {
        String live = SERVER.database("live");
        SERVER.run(live, "CREATE TABLE old AS SELECT 1 AS id");
        DatabaseResult result = restored(
                live,
                StoredDatabase.REPLACE,
                Set.of(Check.values()),
                "verifying",
                () -> ending(scratch(live), "child", OF_ALL, 2));
        assertThat(result.inPlace()).isTrue();
        assertWhole(result, live);
        assertThat(SERVER.ask(result.plan().kept(), "SELECT id FROM old")).containsExactly("1");
        assertThat(SERVER.ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'live%'"))
                .containsExactlyInAnyOrder(live, result.plan().kept());
    }

    private static String scratch(String live) throws SQLException {
        return SERVER.ask(
                        PostgresServer.SUPERUSER,
                        "SELECT datname FROM pg_database WHERE datname LIKE '" + live + "\\_restoring\\_%'")
                .getFirst();
    }

    @Test
    void aRestartOfTheServerIsSurvived() throws Exception {
        String into = SERVER.database("restarted");
        assertWhole(restored(into, StoredDatabase.INTO, Set.of(Check.values()), "verifying", SERVER::restart), into);
    }

    @Test
    void aServerThatStaysAwayIsToldWithWhatIsThere() throws Exception {
        String into = SERVER.database("away");
        try {
            assertThatThrownBy(() ->
                            restored(into, StoredDatabase.INTO, Set.of(Check.values()), "verifying", SERVER::stop))
                    .isInstanceOf(HoldfastException.Failed.class)
                    .hasMessageStartingWith(
                            "the restore ended early: lost the server while the structure was verified: ")
                    .hasMessageContaining("cannot connect to")
                    .hasMessageContaining("; 2 tables with 6000 rows had been loaded into postgresql://");
        } finally {
            SERVER.start();
        }
        assertThat(log).filteredOn(line -> line.startsWith("once more after")).hasSize(4);
        assertSame(into);
        assertNothingIsLeft();
    }

    /// A server ends a session soon after its client has gone, not at once.
    private static void assertNothingIsLeft() throws SQLException {
        String sessions = "SELECT datname, application_name, state, query FROM pg_stat_activity"
                + " WHERE application_name LIKE '%oldfast%'";
        SERVER.run(
                PostgresServer.SUPERUSER,
                "DO $$ BEGIN FOR i IN 1..300 LOOP PERFORM pg_stat_clear_snapshot(); EXIT WHEN NOT EXISTS (" + sessions
                        + "); PERFORM pg_sleep(0.1); END LOOP; END $$");
        assertThat(SERVER.ask(PostgresServer.SUPERUSER, sessions)).isEmpty();
        assertThat(SERVER.data().resolve("pg_snapshots")).isEmptyDirectory();
    }
}
