package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.PostgresServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Goal: `kill -9` of a restore into a server leaves the live database as it is; the next restore
/// succeeds, and drops what the killed one has left, but nothing of one that is still at work.
/// Method: the repository is read slowly, so that the moment can be chosen by what the server
/// shows.
final class PostgresKilledRestoreTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final String DATABASE = "shop";
    private static final String[] SLOWLY = {
        "restore", "--yes", "--no-safety-snapshot", "--limit-download", "400", "--batch-size", "1MiB"
    };
    private static final String[] QUICKLY = {"restore", "--yes", "--no-safety-snapshot"};

    @AutoClose
    private final Workplace place = new Workplace();

    private final Holdfast holdfast = place.holdfast("repository").with(SERVER.programs());
    private DatabaseComparison.Content backedUp;
    private DatabaseComparison.Content live;

    @BeforeEach
    void makeDatabase() throws IOException, SQLException {
        for (String database : databases()) {
            SERVER.run(PostgresServer.SUPERUSER, "DROP DATABASE " + PostgresServer.identifier(database));
        }
        SERVER.database(DATABASE);
        SERVER.run(
                DATABASE,
                "CREATE TABLE account (id int PRIMARY KEY, body text)",
                "INSERT INTO account SELECT g, md5(g::text) || md5((g + 1)::text) FROM generate_series(1, 100000) g",
                "CREATE INDEX ON account (body)",
                "COMMENT ON DATABASE shop IS 'of the shop'");
        holdfast.run("init");
        holdfast.backup(SERVER.url(DATABASE));
        backedUp = DatabaseComparison.read(SERVER, DATABASE);
        SERVER.run(DATABASE, "DELETE FROM account WHERE id > 7", "CREATE TABLE more (a int)");
        live = DatabaseComparison.read(SERVER, DATABASE);
    }

    @AfterEach
    void nothingIsLeftOnTheServer() throws IOException, InterruptedException, SQLException {
        ServerIsClean.assertAfter(SERVER);
    }

    private static List<String> databases() throws SQLException {
        return SERVER.ask(
                PostgresServer.SUPERUSER, "SELECT datname FROM pg_database WHERE datname ~ '^shop' ORDER BY 1");
    }

    private static boolean shows(String query) throws IOException {
        try {
            return !SERVER.ask(PostgresServer.SUPERUSER, query).isEmpty();
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    /// @param moment what the server shows of it
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE DATABASE%' AND state = 'active'",
                "SELECT 1 FROM pg_database WHERE datname LIKE 'shop_restoring%'",
                "SELECT 1 FROM pg_stat_activity WHERE datname LIKE 'shop_restoring%' AND query LIKE 'COPY%'"
            })
    void whatAKilledRestoreLeavesIsDroppedByTheNext(String moment) throws Exception {
        try (Connection other = SERVER.connect(PostgresServer.SUPERUSER);
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            if (moment.contains("CREATE DATABASE")) { // which else is over before it is seen
                statement.execute("LOCK TABLE pg_database IN SHARE MODE");
            }
            try (HoldfastProcess restore = holdfast.start(SLOWLY)) {
                Await.until("the moment", () -> shows(moment) || !restore.running());
                assertThat(restore.running()).as(restore.err()).isTrue();
                restore.kill();
                restore.await(Duration.ofMinutes(1));
            }
        }
        Await.until(
                "the end of every session",
                () -> !shows(
                        "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE '%oldfast%' AND pid <> pg_backend_pid()"));
        assertThat(databases()).hasSize(2).contains(DATABASE);
        DatabaseComparison.assertSame(live, DatabaseComparison.read(SERVER, DATABASE));
        assertThat(holdfast.attempt(0, "restore", "--dry-run").err()).contains("has left the database shop_restoring_");
        String left = databases().getLast();

        holdfast.run(QUICKLY);
        DatabaseComparison.assertSame(backedUp, DatabaseComparison.read(SERVER, DATABASE));
        assertThat(databases()).hasSize(2).contains(DATABASE).doesNotContain(left);
        String kept = databases().getLast();
        assertThat(kept).startsWith("shop_before_restore_");
        DatabaseComparison.assertSame(live, DatabaseComparison.read(SERVER, kept));
    }

    @Test
    void oneThatIsAtWorkIsLeftAlone() throws Exception {
        try (HoldfastProcess slow = holdfast.start(SLOWLY)) {
            Await.until(
                    "rows on their way",
                    () -> shows("SELECT 1 FROM pg_stat_activity WHERE datname LIKE 'shop_restoring%'"
                                    + " AND query LIKE 'COPY%'")
                            || !slow.running());
            String atWork = databases().getLast();
            assertThat(holdfast.attempt(0, QUICKLY).err()).doesNotContain("has left");
            assertThat(databases()).contains(atWork);
            assertThat(slow.running()).as(slow.err()).isTrue();
            HoldfastProcess.Result done = Holdfast.finish(slow);
            assertThat(done.exitCode()).as(done.all()).isZero();
        }
        DatabaseComparison.assertSame(backedUp, DatabaseComparison.read(SERVER, DATABASE));
        assertThat(databases()).hasSize(3).noneMatch(name -> name.contains("_restoring_"));
    }
}
