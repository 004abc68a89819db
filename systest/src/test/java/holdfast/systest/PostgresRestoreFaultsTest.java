package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.NastyTree;
import holdfast.source.postgres.PostgresServer;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Goal: whenever the connection breaks during a restore, what is restored in the end is exact, or
/// it is told what is not there; no row comes twice. Method: a link that is cut after so many bytes
/// in one direction or the other.
@SuppressWarnings("NullAway.Init") // what is made before the tests
final class PostgresRestoreFaultsTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final String SOURCE = "shop";
    private static final int TRIES = 5;
    private static final int LOST = 4;

    private static DatabaseComparison.Content source;

    @AutoClose
    private final Workplace place = new Workplace();

    private final Holdfast holdfast = place.holdfast("repository").with(SERVER.programs());
    private final Random random = new Random(Seed.choose());
    private FaultyLink link;

    @BeforeAll
    static void makeDatabase() throws IOException, SQLException {
        SERVER.database(SOURCE);
        SERVER.run(
                SOURCE,
                "CREATE TABLE large (id int, body text)",
                "INSERT INTO large SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 6000) g",
                "CREATE TABLE middle (id int, body text)",
                "INSERT INTO middle SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 2000) g",
                "CREATE TABLE small (id int)",
                "INSERT INTO small SELECT generate_series(1, 1000)");
        source = DatabaseComparison.read(SERVER, SOURCE);
    }

    @BeforeEach
    void backUp() throws IOException {
        link = new FaultyLink(SERVER.port());
        holdfast.run("init");
        holdfast.backup(SERVER.url(SOURCE));
    }

    @AfterEach
    void nothingIsLeftOnTheServer() throws IOException, InterruptedException, SQLException {
        link.close();
        ServerIsClean.assertAfter(SERVER);
    }

    private String url(String database) {
        return SERVER.url(database).replace(":" + SERVER.port() + "/", ":" + link.port() + "/");
    }

    private static void assertSame(String database) throws IOException, SQLException {
        DatabaseComparison.assertSame(source, DatabaseComparison.read(SERVER, database));
    }

    private static void drop(String database) throws SQLException {
        SERVER.run(PostgresServer.SUPERUSER, "DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
    }

    /// Without keys nothing but care keeps a row from coming twice.
    @Test
    void rowsOnTheirWayWhenTheConnectionBreaksComeOnce() throws IOException, SQLException {
        for (int i = 0; i < TRIES; i++) {
            String to = SERVER.database("sent" + i);
            link.cutAfterSent(300_000 + random.nextLong(4_000_000));
            int before = link.cuts();
            holdfast.run("restore", "--target", url(to), "--batch-size", "256KiB");
            assertThat(link.cuts()).isEqualTo(before + 1);
            assertSame(to);
        }
    }

    /// What the server has confirmed may be known to it alone.
    @Test
    void answersThatAreLostDoNotMeanThatNothingWasDone() throws IOException, SQLException {
        String first = SERVER.database("all");
        holdfast.run("restore", "--target", url(first), "--batch-size", "30KiB", "--no-verify");
        long answers = link.received();
        int exact = 0;
        for (int i = 0; i < LOST; i++) {
            String to = "answered" + i;
            link.cutAfter(answers / 5 + random.nextLong(answers * 3 / 5));
            Result result = holdfast.attempt("restore", "--target", url(to), "--create", "--batch-size", "30KiB");
            if (result.exitCode() == 0) {
                exact++;
                assertSame(to);
            } else {
                assertThat(result.exitCode()).as(result.all()).isEqualTo(1);
                assertThat(result.err()).contains("hint: ");
                assertThat(SERVER.ask(
                                PostgresServer.SUPERUSER,
                                "SELECT datname FROM pg_database WHERE datname LIKE '" + to + "%'"))
                        .as(result.all())
                        .isEmpty();
            }
            drop(to);
        }
        assertThat(exact).as("exact ones of %d", LOST).isGreaterThanOrEqualTo(LOST - 1);
    }

    @Test
    void aServerThatIsGoneLeavesNoDoubtWhatIsThere() throws IOException, SQLException {
        String to = SERVER.database("gone");
        link.forGood().cutAfterSent(3_000_000);
        Result result =
                holdfast.attempt("restore", "--json", "--target", url(to), "--jobs", "1", "--batch-size", "256KiB");
        assertThat(result.exitCode()).as(result.all()).isEqualTo(3);
        List<String> lines = result.out().lines().toList();
        JsonNode database =
                new ObjectMapper().readTree(lines.getLast()).get("databases").get(0);
        assertThat(database.get("status").asString()).isEqualTo("incomplete");
        int restored = 0;
        for (JsonNode table : database.get("tables")) {
            String name = table.get("name").asString();
            String count = SERVER.ask(to, "SELECT count(*) FROM " + name).getFirst();
            if (table.get("state").asString().equals("restored")) {
                restored++;
                assertThat(count)
                        .isEqualTo(SERVER.ask(SOURCE, "SELECT count(*) FROM " + name)
                                .getFirst());
            } else {
                assertThat(table.get("state").asString()).isEqualTo("failed");
                assertThat(result.err()).contains("table " + name);
            }
        }
        assertThat(restored).isLessThan(3);
        assertThat(result.err()).contains("lost the server");
        holdfast.run("restore", "--target", SERVER.url(to), "--data-only", "--truncate", "--yes");
        assertSame(to);
    }

    private static boolean loads(String database) throws IOException {
        return !ask("SELECT pid FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state = 'active' AND datname LIKE '"
                        + database + "%'")
                .isEmpty();
    }

    private static List<String> ask(String query) throws IOException {
        try {
            return SERVER.ask(PostgresServer.SUPERUSER, query);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    @Test
    void aServerThatIsRestartedMeanwhileHasAllInTheEnd() throws Exception {
        String to = SERVER.database("restarted");
        Result done;
        try (HoldfastProcess restore = holdfast.start(
                "restore", "--target", SERVER.url(to), "--batch-size", "256KiB", "--limit-download", "100")) {
            Await.until("rows on their way", () -> loads(to) || !restore.running());
            SERVER.restart();
            done = Holdfast.finish(restore);
        }
        assertThat(done.exitCode()).as(done.all()).isZero();
        assertSame(to);
    }

    /// As an administrator does who sees that a statement takes long.
    @Test
    void aCopyThatIsCancelledIsOneClearFailure() throws Exception {
        Result failed;
        try (HoldfastProcess restore =
                holdfast.start("restore", "--target", SERVER.url("cancelled"), "--create", "--limit-download", "100")) {
            Await.until("rows on their way", () -> loads("cancelled") || !restore.running());
            ask("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state = 'active'");
            failed = Holdfast.finish(restore);
        }
        assertThat(failed.exitCode()).as(failed.all()).isEqualTo(1);
        assertThat(failed.err())
                .contains(
                        ": canceling statement due to user request",
                        "warning: table public.",
                        "hint: nothing was put in place");
        assertThat(ask("SELECT datname FROM pg_database WHERE datname LIKE 'cancelled%'"))
                .isEmpty();
    }

    /// Where the live database has room and the restored one beside it has not.
    @Test
    void aFullDiskOfTheServerLeavesTheLiveDatabaseAsItIs() throws Exception {
        assertThat(NastyTree.isRoot())
                .as("this test mounts a file system of its own, so it must be run as root: sudo ./check")
                .isTrue();
        Path small = Files.createTempDirectory("holdfast-small-disk");
        place.run("mount", "-t", "tmpfs", "-o", "size=6m,mode=0700", "holdfast-test", small.toString());
        try {
            Files.setOwner(small, Files.getOwner(SERVER.data()));
            SERVER.run(PostgresServer.SUPERUSER, "CREATE TABLESPACE small LOCATION '" + small + "'");
            String live = SERVER.database("live");
            SERVER.run(
                    live,
                    "CREATE TABLE large (id int, body text) TABLESPACE small",
                    "INSERT INTO large SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 5000) g");
            String id = holdfast.backup(SERVER.url(live));
            SERVER.run(live, "INSERT INTO large VALUES (-1, 'since then')");
            DatabaseComparison.Content before = DatabaseComparison.read(SERVER, live);
            Result failed = holdfast.attempt(1, "restore", id, "--yes", "--no-safety-snapshot");
            assertThat(failed.err())
                    .containsIgnoringCase("no space left on device")
                    .contains("public.large");
            DatabaseComparison.assertSame(before, DatabaseComparison.read(SERVER, live));
            assertThat(ask("SELECT datname FROM pg_database WHERE datname LIKE 'live%'"))
                    .containsExactly(live);
            SERVER.run(PostgresServer.SUPERUSER, "DROP DATABASE live", "DROP TABLESPACE small");
        } finally {
            place.run("umount", small.toString());
            Files.delete(small);
        }
    }
}
