package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import holdfast.backup.Backups;
import holdfast.model.HoldfastException;
import holdfast.model.TableRecord;
import holdfast.repository.Repository;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.storage.MemoryStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: a pooler that shares sessions is refused, one that does not is as good as the server.
@Tag("slow")
final class PoolerTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    @TempDir
    static Path folder;

    @BeforeAll
    static void makeDatabase() throws SQLException {
        SERVER.run(SERVER.database("shop"), "CREATE TABLE t (id int)", "INSERT INTO t SELECT generate_series(1, 1000)");
    }

    private static PostgresSource source(FakePooler pooler) throws IOException {
        String url = SERVER.url("shop").replace(":" + SERVER.port(), ":" + pooler.port());
        return new PostgresSource(
                ConnectionTarget.of(url, Map.of()),
                ClientPrograms.find(SERVER.programs().path()),
                PostgresOptions.DEFAULTS,
                folder,
                InstantSource.system());
    }

    @Test
    void whoseSessionsAreLentByTransactionIsRefused() throws Exception {
        try (FakePooler pooler = new FakePooler(SERVER.port(), true);
                Repository repository = Backups.init(new MemoryStorage())) {
            PostgresSource source = source(pooler);
            assertThatThrownBy(() -> Backups.backUp(repository, source))
                    .isInstanceOfSatisfying(
                            HoldfastException.PreCheckFailed.class,
                            refused -> assertThat(refused.hint()).contains("pool_mode = session"))
                    .hasMessageContaining("pooler");
            assertThat(repository.readableSnapshots()).isEmpty();
        }
    }

    @Test
    void whoseSessionsAreOnesOwnIsAsGoodAsTheServer() throws Exception {
        try (FakePooler pooler = new FakePooler(SERVER.port(), false);
                Repository repository = Backups.init(new MemoryStorage())) {
            assertThat(Backups.backUp(repository, source(pooler))
                            .manifest()
                            .sources()
                            .getFirst()
                            .tables())
                    .extracting(TableRecord::name, TableRecord::rows)
                    .containsExactly(tuple("public.t", 1000L));
        }
    }
}
