package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import holdfast.source.postgres.PostgresServer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Goal: the commands around stashes do what they say, to people and to programs, and ask before anything is lost.
@Tag("slow")
final class StashCommandsTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static int databases;

    @TempDir
    Path folder;

    private FakeWorld world;
    private String database;

    @BeforeEach
    void makeDatabase() throws SQLException {
        database = SERVER.database("stash" + databases++);
        world = new FakeWorld(folder).with("DATABASE_URL", SERVER.url(database)).with("HOLDFAST_OPERATOR", "ann");
        SERVER.run(
                database,
                "CREATE TABLE orders (id int PRIMARY KEY, total numeric)",
                "INSERT INTO orders VALUES (1, 10), (2, 20)",
                "CREATE TABLE sessions (id int)");
    }

    private Result ok(String... arguments) {
        Result result = world.run(arguments);
        assertThat(result.code()).as(result.err()).isZero();
        return result;
    }

    private static JsonNode json(Result result) {
        return new ObjectMapper().readTree(result.out());
    }

    private List<String> orders() throws SQLException {
        return SERVER.ask(database, "SELECT id, total FROM orders ORDER BY id");
    }

    @Test
    void aMigrationIsTakenBackByItsLabel() throws SQLException {
        List<String> before = orders();
        Result created = ok("stash", "create", "--table", "orders", "--label", "before-migration");
        assertThat(created.out()).contains("copied public.orders, 2 rows", "stashed 1 table, 2 rows, ");
        SERVER.run(database, "UPDATE orders SET total = 0");
        assertThat(ok("stash", "list").out()).contains("before-migration", "public.orders", "moments", "ann");
        Result dry = ok("stash", "restore", "--label", "before-migration", "--dry-run");
        assertThat(dry.out()).contains("public.orders");
        assertThat(orders()).isNotEqualTo(before);
        Result restored = ok("stash", "restore", "--label", "before-migration", "--yes");
        assertThat(restored.out())
                .contains("1 table, 2 rows, equal to the stash", "'holdfast stash restore restore_safety_");
        assertThat(orders()).isEqualTo(before);
        ok("stash", "drop", "latest", "--yes");
        JsonNode left = json(ok("stash", "list", "--json")).get("stashes");
        assertThat(left).hasSize(1);
        assertThat(left.get(0).get("safety").asBoolean()).isTrue();
        assertThat(ok("stash", "drop", "--older-than", "7d", "--yes").out()).contains("no stash is that old");
    }

    @Test
    void programsReadDocuments() throws SQLException {
        JsonNode stash = json(ok("stash", "create", SERVER.url(database), "--table", "*", "--json"))
                .get("stash");
        assertThat(stash.get("tables")).hasSize(2);
        assertThat(stash.get("operator").asString()).isEqualTo("ann");
        String name = stash.get("name").asString();
        SERVER.run(database, "DELETE FROM orders WHERE id = 1", "INSERT INTO sessions VALUES (1)");
        JsonNode restored = json(ok("stash", "restore", name, SERVER.url(database), "--yes", "--no-safety", "--json"));
        assertThat(restored.get("safety").asString()).isEmpty();
        assertThat(restored.get("tables").get(0).get("rows_before").asLong()).isEqualTo(1);
        assertThat(restored.get("tables").get(0).get("rows").asLong()).isEqualTo(2);
        JsonNode dropped = json(ok("stash", "drop", name, "--yes", "--json"));
        assertThat(dropped.get("stashes").get(0).get("name").asString()).isEqualTo(name);
    }

    @Test
    void mistakesAreToldAndChangeNothing() throws SQLException {
        List<String> before = orders();
        mistake(2, "no table is named", "stash", "create");
        mistake(4, "no table fits ordres", "stash", "create", "--table", "ordres");
        mistake(4, "no such stash: latest", "stash", "restore", "latest", "--yes");
        mistake(2, "nothing says which stash is meant", "stash", "restore", "--yes");
        mistake(2, "nothing says which stash to drop", "stash", "drop");
        mistake(2, "is no PostgreSQL database", "stash", "list", "app.db");
        ok("stash", "create", "--table", "orders");
        mistake(2, "this needs a confirmation", "stash", "restore", "latest");
        mistake(2, "this needs a confirmation", "stash", "drop", "latest");
        assertThat(orders()).isEqualTo(before);
        assertThat(json(ok("stash", "list", "--json")).get("stashes")).hasSize(1);
    }

    private void mistake(int code, String message, String... arguments) {
        Result result = world.run(arguments);
        assertThat(result.code()).as(result.err()).isEqualTo(code);
        assertThat(result.err()).contains(message, "hint: ");
    }
}
