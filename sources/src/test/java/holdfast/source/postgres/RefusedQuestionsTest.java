package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.backup.BackupResult;
import holdfast.backup.Backups;
import holdfast.model.HoldfastException;
import holdfast.model.SourceRecord;
import holdfast.repository.Repository;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.storage.MemoryStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: that a server refuses something is never taken for its loss. What a backup can do without
/// it leaves out; what it cannot, it says, once.
@Tag("slow")
final class RefusedQuestionsTest {
    @RegisterExtension
    static final PostgresServer SERVER =
            new PostgresServer().hba("host shop lodger 127.0.0.1/32 trust").hba("host all lodger 127.0.0.1/32 reject");

    private static final String DATABASE = "shop";

    @TempDir
    static Path folder;

    private final List<String> told = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void makeDatabase() throws SQLException {
        SERVER.run(
                PostgresServer.SUPERUSER,
                "DROP DATABASE IF EXISTS " + DATABASE + " WITH (FORCE)",
                "DROP ROLE IF EXISTS reader",
                "CREATE ROLE reader LOGIN");
        SERVER.database(DATABASE);
        SERVER.run(
                DATABASE,
                "CREATE TABLE t (id int)",
                "INSERT INTO t VALUES (1), (2)",
                "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
    }

    private PostgresSource source(String path) throws IOException {
        return new PostgresSource(
                ConnectionTarget.of(SERVER.url(DATABASE).replace("postgres@", "reader@"), Map.of()),
                ClientPrograms.find(path),
                PostgresOptions.DEFAULTS,
                folder,
                InstantSource.system(),
                told::add);
    }

    private PostgresSource source() throws IOException {
        return source(SERVER.programs().path());
    }

    private SourceRecord stored(PostgresSource source) throws IOException {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult backup = Backups.backUp(repository, source);
            assertThat(backup.manifest().complete()).isTrue();
            SourceRecord record = backup.manifest().sources().getFirst();
            assertThat(record.tables())
                    .extracting(table -> table.name() + " " + table.rows())
                    .containsExactly("public.t 2");
            return record;
        }
    }

    @Test
    void whatAServerTellsIsRecorded() throws Exception {
        SERVER.run(DATABASE, "CREATE EXTENSION tcn");
        Map<String, String> details = stored(source()).details();
        assertThat(details)
                .containsEntry("postgres.encoding", "UTF8")
                .containsEntry("postgres.collate", "C")
                .containsEntry("postgres.ctype", "C")
                .containsEntry("postgres.locale-provider", "libc")
                .containsEntry("postgres.timeline", "1")
                .containsEntry("postgres.extensions", "plpgsql 1.0, tcn 1.0")
                .containsEntry("postgres.bootstrap-superuser", "postgres")
                .containsEntry("postgres.setting.wal_level", "replica")
                .containsEntry("postgres.setting.data_checksums", "off")
                .containsEntry("postgres.setting.block_size", "8192")
                .containsEntry("postgres.setting.max_connections", "100")
                .doesNotContainKey("postgres.setting.shared_preload_libraries"); // for superusers only
        assertThat(details.get("postgres.lsn")).matches("[0-9A-F]+/[0-9A-F]+");
        assertThat(details.get("postgres.lsn-at")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
        assertThat(details.get("postgres.database-bytes")).matches("\\d{7,}");
    }

    @Test
    void whatAServerDoesNotTellIsLeftOut() throws Exception {
        SERVER.run(
                DATABASE,
                "REVOKE EXECUTE ON FUNCTION pg_current_wal_lsn(), pg_current_wal_insert_lsn(),"
                        + " pg_control_checkpoint(), pg_database_size(name), pg_database_size(oid) FROM PUBLIC");
        Map<String, String> details = stored(source()).details();
        assertThat(details)
                .containsEntry("postgres.encoding", "UTF8")
                .containsKey("postgres.server-version")
                .doesNotContainKeys("postgres.lsn", "postgres.lsn-at", "postgres.timeline", "postgres.database-bytes");
        assertThat(told).isEmpty();
    }

    @Test
    void aQuestionThatCannotBeDoneWithoutIsToldAsItIs() throws Exception {
        SERVER.run(DATABASE, "REVOKE EXECUTE ON FUNCTION pg_table_size(regclass) FROM PUBLIC");
        try (Repository repository = Backups.init(new MemoryStorage())) {
            PostgresSource source = source();
            assertThatThrownBy(() -> Backups.backUp(repository, source))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("permission denied for function pg_table_size");
            assertThat(repository.readableSnapshots()).isEmpty();
        }
        assertThat(told).isEmpty();
    }

    @Test
    void rowsThatAPolicyHidesAreNotLeftOutInSilence() throws Exception {
        SERVER.run(
                DATABASE,
                "CREATE POLICY own ON t USING (id = 1)",
                "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
                "CREATE TABLE open (id int)",
                "GRANT SELECT ON open TO reader");
        try (Repository repository = Backups.init(new MemoryStorage())) {
            PostgresSource source = source();
            assertThatThrownBy(() -> Backups.backUp(repository, source))
                    .isInstanceOf(HoldfastException.PreCheckFailed.class)
                    .hasMessageEndingWith("row-level security would hide rows of public.t");
            assertThat(repository.readableSnapshots()).isEmpty();
        }
        SERVER.run(DATABASE, "DROP TABLE open", "ALTER ROLE reader BYPASSRLS");
        stored(source());
    }

    @Test
    void oneDatabaseIsEnoughForRolesAndTablespaces() throws Exception {
        SERVER.run(DATABASE, "CREATE ROLE lodger LOGIN IN ROLE reader");
        try {
            PostgresSource source = new PostgresSource(
                    ConnectionTarget.of(SERVER.url(DATABASE).replace("postgres@", "lodger@"), Map.of()),
                    ClientPrograms.find(SERVER.programs().path()),
                    PostgresOptions.DEFAULTS,
                    folder,
                    InstantSource.system());
            try (Repository repository = Backups.init(new MemoryStorage())) {
                BackupResult backup = Backups.backUp(repository, source);
                assertThat(backup.manifest().sources().getFirst().failures()).isEmpty();
                assertThat(Backups.contents(repository, backup.snapshot()))
                        .anySatisfy((path, content) -> assertThat(path).endsWith("/" + Globals.NAME));
            }
        } finally {
            SERVER.run(DATABASE, "DROP ROLE lodger");
        }
    }

    @Test
    void whoMustGiveWayTooOftenIsToldToTryLater() {
        RepeatedCapture.Taking always = new RepeatedCapture.Taking() {
            @Override
            public ExportedSnapshot snapshot() throws IOException {
                try {
                    return ExportedSnapshot.take(new Connections(
                            ConnectionTarget.of(SERVER.url(DATABASE), Map.of()), Duration.ofSeconds(20)));
                } catch (SQLException e) {
                    throw new IOException(e);
                }
            }

            @Override
            public DatabaseCapture capture(ExportedSnapshot snapshot, int repeats) throws IOException {
                snapshot.end();
                throw SnapshotLostException.givingWay("somebody waits", new SQLException());
            }
        };
        try (RepeatedCapture capture = new RepeatedCapture(always, Duration.ofSeconds(1), told::add)) {
            assertThatThrownBy(capture::begin)
                    .isInstanceOf(HoldfastException.PreCheckFailed.class)
                    .hasMessage("somebody waits; it has been begun again 2 times");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertThat(told).hasSize(2);
    }
}
