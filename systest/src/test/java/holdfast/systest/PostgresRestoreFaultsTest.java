package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.PostgresServer;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
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
final class PostgresRestoreFaultsTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final String SOURCE = "shop";
    private static final int TRIES = 5;

    @AutoClose
    private final Workplace place = new Workplace();

    private final Holdfast holdfast = place.holdfast("repository").with(SERVER.programs());
    private final Random random = new Random(Seed.choose());
    private FaultyLink link;

    @BeforeAll
    static void makeDatabase() throws SQLException {
        SERVER.database(SOURCE);
        SERVER.run(
                SOURCE,
                "CREATE TABLE large (id int, body text)",
                "INSERT INTO large SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 20000) g",
                "CREATE TABLE middle (id int, body text)",
                "INSERT INTO middle SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 5000) g",
                "CREATE TABLE small (id int)",
                "INSERT INTO small SELECT generate_series(1, 1000)");
    }

    @BeforeEach
    void backUp() throws IOException {
        link = new FaultyLink(SERVER.port());
        holdfast.run("init");
        holdfast.backup(SERVER.url(SOURCE));
    }

    @AfterEach
    void close() throws IOException {
        link.close();
    }

    private String url(String database) {
        return SERVER.url(database).replace(":" + SERVER.port() + "/", ":" + link.port() + "/");
    }

    private static void assertSame(String database) throws IOException, SQLException {
        DatabaseComparison.assertSame(
                DatabaseComparison.read(SERVER, SOURCE), DatabaseComparison.read(SERVER, database));
    }

    private static void drop(String database) throws SQLException {
        SERVER.run(PostgresServer.SUPERUSER, "DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
    }

    /// Without keys nothing but care keeps a row from coming twice.
    @Test
    void rowsOnTheirWayWhenTheConnectionBreaksComeOnce() throws IOException, SQLException {
        for (int i = 0; i < TRIES; i++) {
            String to = SERVER.database("sent" + i);
            link.cutAfterSent(500_000 + random.nextLong(12_000_000));
            int before = link.cuts();
            holdfast.run("restore", "--target", url(to), "--batch-size", "1MiB");
            assertThat(link.cuts()).isEqualTo(before + 1);
            assertSame(to);
        }
    }

    /// What the server has confirmed may be known to it alone.
    @Test
    void answersThatAreLostDoNotMeanThatNothingWasDone() throws IOException, SQLException {
        String first = SERVER.database("all");
        holdfast.run("restore", "--target", url(first), "--batch-size", "100KiB", "--no-verify");
        long answers = link.received();
        int exact = 0;
        for (int i = 0; i < 2 * TRIES; i++) {
            String to = "answered" + i;
            link.cutAfter(answers / 5 + random.nextLong(answers * 3 / 5));
            Result result = holdfast.attempt("restore", "--target", url(to), "--create", "--batch-size", "100KiB");
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
        assertThat(exact).isPositive();
    }

    @Test
    void aServerThatIsGoneLeavesNoDoubtWhatIsThere() throws IOException, SQLException {
        String to = SERVER.database("gone");
        link.forGood().cutAfterSent(10_000_000);
        Result result =
                holdfast.attempt("restore", "--json", "--target", url(to), "--jobs", "1", "--batch-size", "1MiB");
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
}
