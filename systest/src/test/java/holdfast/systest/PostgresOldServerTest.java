package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.ServerPrograms;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Goal: a server that is older than the programs of this machine is backed up, proven and restored
/// as a new one is. Method: PostgreSQL 14, and whatever differs between it and 15 in what `pg_dump`
/// writes and a restore asks for.
@SuppressWarnings("NullAway.Init") // what is made before the tests
final class PostgresOldServerTest {
    private static final String DATABASE = "shop";

    private static PostgresServer server;

    @AutoClose
    private final Workplace place = new Workplace();

    private final Holdfast holdfast = place.holdfast("repository").with(server.programs());

    @BeforeAll
    static void makeDatabase() throws IOException, SQLException {
        server = new PostgresServer(OldServer.programs()).start();
        server.run(
                server.database(DATABASE),
                "CREATE TABLE article (id int PRIMARY KEY, next int REFERENCES article, price numeric)",
                "INSERT INTO article SELECT g, CASE WHEN g < 1000 THEN g + 1 END, 'Infinity' FROM generate_series(1, 1000) g",
                "CREATE TABLE texts (id int, body text)",
                "INSERT INTO texts SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 2000) g",
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'fired'; END $$",
                "CREATE TRIGGER refuses BEFORE INSERT ON article FOR EACH ROW EXECUTE FUNCTION refuse()",
                "CREATE TABLE mr (r int4multirange)",
                "INSERT INTO mr VALUES ('{[1,2),[4,5)}')",
                "SELECT lo_from_bytea(1, 'an object')",
                "CREATE SUBSCRIPTION subscribed CONNECTION 'host=127.0.0.1 port=1 dbname=nowhere' PUBLICATION other"
                        + " WITH (connect = false, slot_name = NONE, binary = true)",
                // as everybody was told to before version 15 did it for them
                "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    private static void assertSame(String restored) throws IOException, SQLException {
        DatabaseComparison.assertSame(
                DatabaseComparison.read(server, DATABASE), DatabaseComparison.read(server, restored));
        assertThat(server.ask(restored, "SELECT nspacl FROM pg_namespace WHERE nspname = 'public'"))
                .isEqualTo(server.ask(DATABASE, "SELECT nspacl FROM pg_namespace WHERE nspname = 'public'"));
    }

    @Test
    void itIsBackedUpProvenAndRestored() throws Exception {
        assertThat(server.ask(DATABASE, "SHOW server_version").getFirst()).startsWith("14.");
        holdfast.run("init");
        String id = holdfast.backup("--prove", "identical", server.url(DATABASE));
        assertThat(holdfast.snapshots().getLast().proof()).isEqualTo("identical");

        JsonNode made = holdfast.json("restore", id, "--target", server.url("again"), "--create");
        assertThat(made.get("status").asString()).isEqualTo("completed");
        assertSame("again");

        server.run("again", "UPDATE texts SET body = 'lost'", "DELETE FROM mr", "DROP TRIGGER refuses ON article");
        server.run(
                "again",
                "TRUNCATE article",
                "CREATE TRIGGER refuses BEFORE INSERT ON article FOR EACH ROW EXECUTE FUNCTION refuse()");
        JsonNode loaded =
                holdfast.json("restore", id, "--target", server.url("again"), "--data-only", "--truncate", "--yes");
        assertThat(loaded.get("status").asString()).isEqualTo("completed");
        assertSame("again");

        String kept = server.ask(DATABASE, "SELECT md5(string_agg(body, '' ORDER BY id)) FROM texts")
                .getFirst();
        server.run(DATABASE, "DELETE FROM texts WHERE id > 5");
        holdfast.run("restore", id, "--yes");
        assertThat(server.ask(DATABASE, "SELECT md5(string_agg(body, '' ORDER BY id)) FROM texts"))
                .containsExactly(kept);
        assertSame("again");
    }

    @Test
    void aSubscriptionThatItCannotHaveIsNamed() throws Exception {
        try (PostgresServer newer = new PostgresServer(ServerPrograms.newest())) {
            newer.start();
            newer.run(
                    newer.database("subscribing"),
                    "CREATE SUBSCRIPTION strict CONNECTION 'host=127.0.0.1 port=1 dbname=nowhere' PUBLICATION other"
                            + " WITH (connect = false, slot_name = NONE, binary = true, disable_on_error = true)");
            Holdfast theirs = place.holdfast("theirs").with(newer.programs());
            theirs.run("init");
            String id = theirs.backup(newer.url("subscribing"));
            Result refused = theirs.attempt("restore", id, "--target", server.url("subscribed"), "--create");
            assertThat(refused.exitCode()).as(refused.all()).isNotZero();
            assertThat(refused.err())
                    .contains(
                            "PostgreSQL 14, has no option for disable_on_error = true: the subscription strict will fail",
                            "SUBSCRIPTION strict: PostgreSQL 14 has no option for disable_on_error = true");
            assertThat(server.ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'subscribed%'"))
                    .isEmpty();
        }
    }
}
