package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.ServerPrograms;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Goal: `holdfast restore` brings a database with every kind of object back into a server exactly,
/// wherever to, and its own proofs agree. Method: one backup of each version of PostgreSQL that is
/// here, restored in every way, and compared with the source by other code than restored it.
@ParameterizedClass
@MethodSource("versions")
@SuppressWarnings("NullAway.Init") // what is made before the tests of one version
final class PostgresRestoreTest {
    private static final String DATABASE = "every kind";

    private static Workplace place;
    private static PostgresServer server;
    private static Holdfast holdfast;
    private static String snapshot;
    private static DatabaseComparison.Content source;

    @Parameter
    private ServerPrograms programs;

    static List<ServerPrograms> versions() {
        return OldServer.andNewer();
    }

    @BeforeParameterizedClassInvocation
    static void backUp(ServerPrograms programs) throws IOException, SQLException {
        place = new Workplace();
        server = new PostgresServer(programs).setting("allow_in_place_tablespaces", "on");
        server.start();
        EveryKind.make(server, server.database(DATABASE));
        holdfast = place.holdfast("repository").with("PATH", programs.path() + ":" + System.getenv("PATH"));
        holdfast.run("init");
        snapshot = holdfast.backup(server.url(DATABASE));
        source = DatabaseComparison.read(server, DATABASE);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        server.close();
        place.close();
    }

    @AfterEach
    void nothingIsLeftOnTheServer() throws IOException, InterruptedException, SQLException {
        ServerIsClean.assertAfter(server);
    }

    private static void assertSame(String restored) throws IOException, SQLException {
        DatabaseComparison.assertSame(source, DatabaseComparison.read(server, restored));
    }

    @Test
    void aNewDatabaseBecomesTheSame() throws IOException, SQLException {
        JsonNode summary =
                holdfast.json("restore", snapshot, "--target", server.url("again"), "--create", "--batch-size", "1MiB");
        assertThat(summary.get("status").asString()).isEqualTo("completed");
        assertSame("again");
        assertThat(DatabaseComparison.properties(server, "again"))
                .isEqualTo(DatabaseComparison.properties(server, DATABASE));
    }

    @Test
    void aServerOfItsOwnProvesIt() throws IOException {
        assertThat(holdfast.run("verify", snapshot, "--level", "identical")).contains("level 4 identical");
    }

    @Test
    void inPlaceAndBack() throws IOException, SQLException {
        String live = server.database("live");
        server.run(live, "CREATE TABLE account (owner text, balance int)", "INSERT INTO account VALUES ('ann', 7)");
        Holdfast other = place.holdfast("other").with("PATH", programs.path() + ":" + System.getenv("PATH"));
        other.run("init");
        other.backup(server.url(live));
        DatabaseComparison.Content before = DatabaseComparison.read(server, live);
        server.run(live, "UPDATE account SET balance = 0", "CREATE TABLE more (a int)");
        DatabaseComparison.Content damaged = DatabaseComparison.read(server, live);
        other.run("restore", "--yes");
        DatabaseComparison.assertSame(before, DatabaseComparison.read(server, live));
        other.run("undo", "--yes");
        DatabaseComparison.assertSame(damaged, DatabaseComparison.read(server, live));
    }
}
