package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.backup.BackupResult;
import holdfast.backup.Backups;
import holdfast.model.SourceRecord;
import holdfast.repository.Repository;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.storage.MemoryStorage;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: whoever may back a database up has tables left unread that are unchanged, with no other
/// rights; and who is refused something loses that, not the backup.
@Tag("slow")
final class ProofByRoleTest {
    @RegisterExtension
    static final PostgresServer SERVER = ProvingServer.settings();

    private static final String DATABASE = "shop";

    @TempDir
    static Path folder;

    @BeforeEach
    void makeDatabase() throws SQLException {
        SERVER.run(
                PostgresServer.SUPERUSER,
                "DROP DATABASE IF EXISTS " + DATABASE,
                "DROP ROLE IF EXISTS reader",
                "CREATE ROLE reader LOGIN",
                "ALTER ROLE reader SET default_transaction_read_only = on");
        SERVER.database(DATABASE);
        SERVER.run(
                DATABASE,
                ProvingServer.table("t"),
                ProvingServer.rows("t"),
                "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
    }

    private static SourceRecord backUp(Repository repository) throws Exception {
        String url = SERVER.url(DATABASE).replace("postgres@", "reader@");
        BackupResult result = Backups.backUp(
                repository,
                new PostgresSource(
                        ConnectionTarget.of(url, Map.of()),
                        ClientPrograms.find(SERVER.programs().path()),
                        PostgresOptions.DEFAULTS,
                        folder,
                        InstantSource.system()));
        return result.manifest().sources().getFirst();
    }

    @Test
    void aRoleThatMayReadTheTablesIsEnough() throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            assertThat(backUp(repository).tables()).allMatch(table -> table.readAt() == null);
            assertThat(backUp(repository).tables()).allMatch(table -> table.readAt() != null);
        }
    }

    @Test
    void aRoleThatMayNotLookAtTheServerReadsEverything() throws Exception {
        SERVER.run(DATABASE, "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
        try (Repository repository = Backups.init(new MemoryStorage())) {
            assertThat(backUp(repository).details()).doesNotContainKey(History.DETAIL);
            assertThat(backUp(repository).tables()).allMatch(table -> table.readAt() == null);
        }
    }

    @Test
    void aScanThatIsRefusedCostsNothingButTheReading() throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            backUp(repository);
            SERVER.run(DATABASE, "REVOKE EXECUTE ON FUNCTION pg_catalog.age(xid) FROM PUBLIC");
            SourceRecord second = backUp(repository);
            assertThat(second.tables()).allMatch(table -> table.readAt() == null);
            assertThat(second.details()).containsKey(History.DETAIL);
        }
    }
}
