package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.backup.BackupResult;
import holdfast.backup.Backups;
import holdfast.model.HoldfastException;
import holdfast.model.SourceRecord;
import holdfast.repository.Repository;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.storage.MemoryStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: when the session of `pg_dump` or `pg_dumpall` is lost, the program runs again in the same
/// snapshot; when the snapshot is lost with it, the backup begins again; nothing else is tried
/// twice. Method: the program waits for a lock, and its session is ended there.
@Tag("slow")
final class LostProgramTest {
    private static final String DATABASE = "shop";

    private static final String OF_THE_WAITING = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE application_name = 'holdfast' AND wait_event_type = 'Lock'";

    private static final String OF_ALL =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holdfast'"
                    + " AND EXISTS (SELECT FROM pg_stat_activity"
                    + " WHERE application_name = 'holdfast' AND wait_event_type = 'Lock')";

    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    @TempDir
    static Path folder;

    private final List<String> notices = Collections.synchronizedList(new ArrayList<>());

    @BeforeAll
    static void makeDatabase() throws SQLException {
        SERVER.database(DATABASE);
        SERVER.run(
                DATABASE,
                "CREATE ROLE keeper",
                "CREATE TABLE locked (id int PRIMARY KEY, body text)",
                "INSERT INTO locked SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 5000) g",
                "SELECT lo_from_bytea(7, 'an object')");
    }

    /// Takes a lock, ends so many times who waits for it, and gives it back.
    private final class Ending implements AutoCloseable {
        private final Connection holder = SERVER.connect(DATABASE);
        private final CountDownLatch over = new CountDownLatch(1);
        private final Thread thread;

        Ending(String table, String query, int times) throws SQLException {
            holder.setAutoCommit(false);
            try (Statement statement = holder.createStatement()) {
                statement.execute("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
            }
            thread = Thread.ofVirtual().start(() -> end(query, times));
        }

        private void end(String query, int times) {
            try {
                for (int ended = 0; ended < times && !over.await(20, TimeUnit.MILLISECONDS); ) {
                    ended += SERVER.ask(PostgresServer.SUPERUSER, query).isEmpty() ? 0 : 1;
                }
                holder.rollback();
            } catch (SQLException e) {
                notices.add("the test itself failed: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() throws SQLException {
            over.countDown();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            holder.close();
        }
    }

    private PostgresSource source(String role, DumpSelection selection) throws IOException {
        return source(role, selection, ClientPrograms.find(SERVER.programs().path() + ":" + System.getenv("PATH")));
    }

    private PostgresSource source(String role, DumpSelection selection, ClientPrograms programs) {
        PostgresOptions usual = PostgresOptions.DEFAULTS;
        return new PostgresSource(
                ConnectionTarget.of(SERVER.url(DATABASE).replace("postgres@", role + "@"), Map.of()),
                programs,
                new PostgresOptions(usual.readers(), usual.connectTimeout(), usual.lockTimeout(), selection),
                folder,
                InstantSource.system(),
                notices::add);
    }

    private BackupResult backUp(Repository repository) throws IOException {
        return Backups.backUp(repository, source("postgres", DumpSelection.EVERYTHING));
    }

    private static Map<String, String> text(Repository repository, BackupResult result) throws IOException {
        Map<String, String> files = new TreeMap<>();
        Backups.contents(repository, result.snapshot())
                .forEach((path, content) -> files.put(path, new String(content, StandardCharsets.ISO_8859_1)));
        return files;
    }

    /// @param begunAgain how often, as the snapshot's document says; empty when it was not
    private void assertSameAsUndisturbed(String table, String query, int times, String begunAgain) throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult disturbed;
            try (Ending _ = new Ending(table, query, times)) {
                disturbed = backUp(repository);
            }
            List<String> told = List.copyOf(notices);
            notices.clear();
            BackupResult straight = backUp(repository);
            assertThat(notices).isEmpty();
            notices.addAll(told);

            SourceRecord record = disturbed.manifest().sources().getFirst();
            assertThat(record.failures()).isEmpty();
            assertThat(record.tables())
                    .isEqualTo(straight.manifest().sources().getFirst().tables());
            assertThat(record.details().getOrDefault(PostgresSource.REPEATS, ""))
                    .isEqualTo(begunAgain);
            assertThat(text(repository, disturbed)).isEqualTo(text(repository, straight));
        }
        assertNothingIsLeft();
    }

    @Test
    void pgDumpRunsAgainInTheSameSnapshot() throws Exception {
        assertSameAsUndisturbed("locked", OF_THE_WAITING, 2, "");
        assertThat(notices)
                .hasSize(2)
                .allSatisfy(notice -> assertThat(notice)
                        .contains(DATABASE)
                        .contains("closed the connection")
                        .endsWith("; pg_dump runs again, in the same snapshot"));
    }

    @Test
    void pgDumpallRunsAgain() throws Exception {
        assertSameAsUndisturbed("pg_catalog.pg_auth_members", OF_THE_WAITING, 2, "");
        assertThat(notices).hasSize(2).allSatisfy(notice -> assertThat(notice).endsWith("; pg_dumpall runs again"));
    }

    @Test
    void withTheSnapshotTheBackupBeginsAgain() throws Exception {
        assertSameAsUndisturbed("locked", OF_ALL, 1, "1");
        assertThat(notices).singleElement().asString().contains("begins again, with a new snapshot");
    }

    @Test
    void duringPgDumpallTooTheBackupBeginsAgain() throws Exception {
        assertSameAsUndisturbed("pg_catalog.pg_auth_members", OF_ALL, 1, "1");
        assertThat(notices).singleElement().asString().contains("begins again, with a new snapshot");
    }

    @Test
    void aSessionThatIsEndedAgainAndAgainIsTold() throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage());
                Ending _ = new Ending("locked", OF_THE_WAITING, Integer.MAX_VALUE)) {
            assertThatThrownBy(() -> backUp(repository))
                    .isInstanceOf(HoldfastException.Failed.class)
                    .hasMessageStartingWith("lost the server while the definitions of the database were read: ")
                    .hasMessageContaining("closed the connection")
                    .hasMessageNotContaining("\n");
            assertThat(repository.readableSnapshots()).isEmpty();
        }
        assertThat(notices).hasSize(3);
        assertNothingIsLeft();
    }

    @Test
    void withoutRolesABackupIsStillOne() throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage());
                Ending _ = new Ending("pg_catalog.pg_auth_members", OF_THE_WAITING, Integer.MAX_VALUE)) {
            SourceRecord record = backUp(repository).manifest().sources().getFirst();
            assertThat(record.failures())
                    .singleElement()
                    .satisfies(failure -> assertThat(failure.reason()).contains("closed the connection"));
            assertThat(record.tables())
                    .filteredOn(table -> table.name().equals("public.locked"))
                    .singleElement()
                    .satisfies(table -> assertThat(table.rows()).isEqualTo(5000));
        }
        assertNothingIsLeft();
    }

    @Test
    void withoutPgDumpallTheRestIsStoredAndItIsSaid() throws Exception {
        String major = SERVER.ask(DATABASE, "SELECT current_setting('server_version_num')::int / 10000")
                .getFirst();
        ClientPrograms.Installation real =
                ClientPrograms.find(SERVER.programs().path()).dumping(Integer.parseInt(major));
        Path lone = Files.createDirectory(folder.resolve("pg_dump alone"));
        Files.createSymbolicLink(lone.resolve("pg_dump"), real.program("pg_dump"));
        ClientPrograms programs =
                new ClientPrograms(List.of(new ClientPrograms.Installation(lone, real.major(), real.version())));
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult without = Backups.backUp(repository, source("postgres", DumpSelection.EVERYTHING, programs));
            assertThat(without.complete()).isFalse();
            assertThat(without.manifest().sources().getFirst().failures())
                    .containsExactly(new SourceRecord.Failure(
                            Globals.NAME, "there is no pg_dumpall beside pg_dump in " + lone, false));
            Map<String, String> whole = text(repository, backUp(repository));
            whole.keySet().removeIf(path -> path.endsWith(Globals.NAME));
            assertThat(text(repository, without)).isEqualTo(whole);
        }
    }

    @Test
    void whatPgDumpRefusesIsNotTriedTwice() throws Exception {
        String name = "\"server closed the connection unexpectedly\"";
        SERVER.run(DATABASE, "CREATE ROLE stranger LOGIN", "CREATE SEQUENCE " + name);
        try (Repository repository = Backups.init(new MemoryStorage())) {
            PostgresSource source = source(
                    "stranger",
                    new DumpSelection(
                            List.of(new DumpSelection.Choice(DumpSelection.Kind.TABLE, name)),
                            DumpSelection.Content.ALL));
            assertThatThrownBy(() -> Backups.backUp(repository, source))
                    .isInstanceOf(HoldfastException.PreCheckFailed.class)
                    .hasMessageContaining("pg_dump cannot describe")
                    .hasMessageContaining("server closed the connection unexpectedly");
            assertThat(repository.readableSnapshots()).isEmpty();
        } finally {
            SERVER.run(DATABASE, "DROP SEQUENCE " + name);
        }
        assertThat(notices).isEmpty();
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
