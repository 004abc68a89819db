package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.backup.BackupResult;
import holdfast.backup.Backups;
import holdfast.model.HoldfastException;
import holdfast.repository.Repository;
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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: whoever waits for a table that somebody has locked is told for whom, while waiting and when giving up.
@Tag("slow")
final class LockWaitTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final String DATABASE = "locked";

    @TempDir
    static Path folder;

    @BeforeAll
    static void makeDatabase() throws SQLException {
        SERVER.database(DATABASE);
        SERVER.run(DATABASE, "CREATE TABLE t (a int)", "INSERT INTO t VALUES (1)");
    }

    private static PostgresSource source(Duration patience, Consumer<String> notices) throws IOException {
        return new PostgresSource(
                ConnectionTarget.of(SERVER.url(DATABASE), Map.of()),
                ClientPrograms.find(SERVER.programs().path()),
                new PostgresOptions(2, Duration.ofSeconds(20), patience, DumpSelection.EVERYTHING),
                folder,
                InstantSource.system(),
                notices);
    }

    private static Connection locking() throws SQLException {
        Connection connection = SERVER.connect(DATABASE);
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET application_name = 'migration 7'");
            statement.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
        }
        return connection;
    }

    @Test
    void theHolderOfALockIsNamedWhileItIsWaitedFor() throws Exception {
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        try (Repository repository = Backups.init(new MemoryStorage());
                Connection holder = locking()) {
            Consumer<String> givesWay = notice -> {
                told.add(notice);
                try {
                    holder.rollback();
                } catch (SQLException e) {
                    told.add(String.valueOf(e.getMessage()));
                }
            };
            BackupResult backup = Backups.backUp(repository, source(Duration.ofSeconds(60), givesWay));
            assertThat(backup.manifest().sources().getFirst().tables())
                    .extracting(table -> table.rows())
                    .containsExactly(1L);
        }
        assertThat(told)
                .singleElement()
                .asString()
                .matches("postgresql://.*/locked: waiting for a lock on public\\.t, held by migration 7 of postgres"
                        + " \\(pid \\d+\\), since \\d+ s");
    }

    @Test
    void whoGivesUpSaysForWhomItWaited() throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage());
                Connection _ = locking()) {
            PostgresSource source = source(Duration.ofSeconds(5), _ -> {});
            assertThatThrownBy(() -> Backups.backUp(repository, source))
                    .isInstanceOf(HoldfastException.PreCheckFailed.class)
                    .hasMessageContaining("timeout")
                    .hasMessageContaining("held by migration 7 of postgres");
        }
    }

    @Test
    void aLockedTableThatIsLeftOutIsNotWaitedFor() throws Exception {
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        PostgresSource source = new PostgresSource(
                ConnectionTarget.of(SERVER.url(DATABASE), Map.of()),
                ClientPrograms.find(SERVER.programs().path()),
                new PostgresOptions(
                                2,
                                Duration.ofSeconds(20),
                                Duration.ofSeconds(5),
                                new DumpSelection(
                                        List.of(new DumpSelection.Choice(DumpSelection.Kind.EXCLUDE_TABLE, "t")),
                                        DumpSelection.Content.ALL))
                        .withSilence(Duration.ofSeconds(30)),
                folder,
                InstantSource.system(),
                told::add);
        try (Repository repository = Backups.init(new MemoryStorage());
                Connection _ = locking()) {
            assertThat(Backups.backUp(repository, source)
                            .manifest()
                            .sources()
                            .getFirst()
                            .tables())
                    .isEmpty();
        }
        assertThat(told).isEmpty();
    }

    @Test
    void nobodyIsToldOfAnythingWithoutALock() throws Exception {
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        try (Repository repository = Backups.init(new MemoryStorage())) {
            Backups.backUp(repository, source(Duration.ofSeconds(5), told::add));
        }
        assertThat(told).isEmpty();
    }
}
