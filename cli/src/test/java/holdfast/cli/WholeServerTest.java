package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import holdfast.source.postgres.PostgresServer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Goal: one run backs up every database of a server that can be backed up, says which cannot, and
/// what it stored comes back in each of them.
@Tag("slow")
final class WholeServerTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final List<String> OURS = List.of("shop", "we.ird / name", "crm");

    @TempDir
    Path folder;

    private FakeWorld world;

    @BeforeEach
    void makeDatabases() throws SQLException {
        world = new FakeWorld(folder)
                .with("PATH", SERVER.programs().path() + ":" + System.getenv("PATH"))
                .with("BACKUP_DIR", folder.resolve("backups").toString())
                .with("HOLDFAST_PASSWORD", "correct horse");
        for (String kept : SERVER.ask(
                "postgres", "SELECT quote_ident(datname) FROM pg_database WHERE datname LIKE '%before_restore%'")) {
            SERVER.run("postgres", "DROP DATABASE " + kept);
        }
        if (SERVER.ask("postgres", "SELECT 1 FROM pg_database WHERE datname = 'shop'")
                .isEmpty()) {
            for (String name : OURS) {
                SERVER.database(name);
                SERVER.run(name, "CREATE TABLE t (name text)", "INSERT INTO t VALUES (current_database())");
            }
            SERVER.database("test_1");
            SERVER.database("closed");
            SERVER.database("broken");
            SERVER.run(
                    "postgres",
                    "ALTER DATABASE closed ALLOW_CONNECTIONS false",
                    "UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'broken'");
        }
    }

    private Result ok(String... arguments) {
        Result result = world.run(arguments);
        assertThat(result.code()).as(result.out() + result.err()).isZero();
        return result;
    }

    private static List<String> locations(JsonNode backup) {
        List<String> locations = new ArrayList<>();
        backup.get("sources")
                .forEach(source -> locations.add(source.get("location").asString()));
        return locations;
    }

    @Test
    void everyDatabaseIsStoredAndComesBack() throws SQLException {
        ok("init");
        // a database of the role's name is not there
        String url = SERVER.url("nobody's");
        Result result = ok("backup", "--all-databases", url, "--exclude-database", "test*", "--json");
        assertThat(locations(new ObjectMapper().readTree(result.out())))
                .containsExactly(
                        SERVER.url("crm"), SERVER.url("postgres"), SERVER.url("shop"), SERVER.url("we.ird / name"));
        assertThat(result.err())
                .contains("database closed is left out: it takes no connections")
                .contains("database broken is left out");
        Result again = ok("backup", "--all-databases", url, "--exclude-database", "test*", "--critical", "t");
        assertThat(again.out()).contains("no changes since the last backup", "crm: critical table public.t: 1 row");
        JsonNode snapshots =
                new ObjectMapper().readTree(ok("snapshots", "--json").out());
        assertThat(snapshots.toString()).contains("[\"/postgresql/127.0.0.1:" + SERVER.port() + "\"]");
        for (String name : OURS) {
            SERVER.run(name, "DELETE FROM t");
        }
        ok("restore", "latest", "--yes", "--no-safety-snapshot");
        for (String name : OURS) {
            assertThat(SERVER.ask(name, "SELECT name FROM t")).containsExactly(name);
        }
    }

    @Test
    void whatIsNotOursIsLeftOutAndNamed() throws Exception {
        SERVER.run(
                "postgres",
                "CREATE ROLE guest LOGIN",
                "CREATE DATABASE rdsadmin",
                "CREATE DATABASE private",
                "REVOKE CONNECT ON DATABASE private FROM PUBLIC",
                "CREATE DATABASE pattern IS_TEMPLATE true");
        try {
            for (String name : OURS) {
                SERVER.run(name, "GRANT SELECT ON t TO guest");
            }
            ok("init");
            String url = SERVER.url("shop").replace("postgres@", "guest@");
            Result result = ok("backup", "--all-databases", url, "--exclude-database", "test*", "--json");
            assertThat(locations(new ObjectMapper().readTree(result.out())))
                    .extracting(location -> location.substring(location.lastIndexOf('/') + 1))
                    .containsExactly("crm", "postgres", "shop", "we.ird%20%2F%20name");
            assertThat(result.err())
                    .contains("database rdsadmin is left out: it is the provider's own")
                    .contains("database private is left out: this role may not connect to it")
                    .contains("database pattern is left out: it is a template")
                    .doesNotContain("template0", "template1");
            Result named = ok(
                    "backup",
                    "--all-databases",
                    url,
                    "--exclude-database",
                    "test*",
                    "--exclude-database",
                    "pattern|private|rdsadmin");
            assertThat(named.err()).doesNotContain("pattern", "private", "rdsadmin");
        } finally {
            SERVER.run(
                    "postgres",
                    "ALTER DATABASE pattern IS_TEMPLATE false",
                    "DROP DATABASE pattern",
                    "DROP DATABASE private",
                    "DROP DATABASE rdsadmin");
            for (String name : OURS) {
                SERVER.run(name, "DROP OWNED BY guest");
            }
            SERVER.run("postgres", "DROP ROLE guest");
        }
    }

    @Test
    void aDatabaseWithoutWhatIsWantedIsLeftOut() throws Exception {
        SERVER.run("shop", "CREATE SCHEMA IF NOT EXISTS sales", "CREATE TABLE IF NOT EXISTS sales.orders (id int)");
        SERVER.run("crm", "CREATE TABLE IF NOT EXISTS calls (id int)", "CREATE TABLE IF NOT EXISTS other (id int)");
        try {
            ok("init");
            Result stored = ok(
                    "backup",
                    "--all-databases",
                    SERVER.url("postgres"),
                    "--table",
                    "sales.*",
                    "--table",
                    "calls",
                    "--exclude-table",
                    "other*",
                    "--json");
            assertThat(locations(new ObjectMapper().readTree(stored.out())))
                    .containsExactly(SERVER.url("crm"), SERVER.url("shop"));
            assertThat(stored.err())
                    .contains("database postgres is left out: it has nothing of what is wanted")
                    .doesNotContain("database crm");
            Result none = world.run("backup", "--all-databases", SERVER.url("postgres"), "--schema", "slaes");
            assertThat(none.code()).isEqualTo(ExitCode.PRE_CHECK_FAILED);
            assertThat(none.err())
                    .contains("no database of the server has anything that fits --schema slaes", "near: ");

            SERVER.run("shop", "DROP TABLE sales.orders");
            Result restored = ok("restore", "latest", "--table", "sales.orders", "--yes");
            assertThat(restored.err()).contains(SERVER.url("crm") + " has nothing of what is wanted, and is left out");
            assertThat(SERVER.ask("shop", "SELECT count(*) FROM sales.orders")).containsExactly("0");
            Result wrong = world.run("restore", "latest", "--table", "ordres");
            assertThat(wrong.code()).isEqualTo(ExitCode.BAD_USAGE);
            assertThat(wrong.err()).contains("no database of the snapshot has anything that matches ordres");
        } finally {
            SERVER.run("shop", "DROP SCHEMA IF EXISTS sales CASCADE");
            SERVER.run("crm", "DROP TABLE IF EXISTS calls, other");
        }
    }

    @Test
    void twoServersThatAreToldApartByTheirAddressOnlyAreNotMixedUp() {
        ok("init");
        String here = SERVER.url("shop").replace("127.0.0.1", "twin") + "?hostaddr=127.0.0.1";
        Result mixed = world.run(
                "backup",
                "--all-databases",
                here,
                SERVER.url("shop").replace("127.0.0.1", "TWIN") + "?hostaddr=127.0.0.1");
        assertThat(mixed.code()).isEqualTo(ExitCode.BAD_USAGE);
        assertThat(mixed.err()).contains("would lie at the same place in the snapshot, /postgresql/twin:");
        Result twice = ok("backup", "--all-databases", here, here, "--exclude-database", "test*", "--json");
        assertThat(locations(new ObjectMapper().readTree(twice.out()))).hasSize(4);
    }

    @Test
    void theDatabaseOfTheEnvironmentIsBackedUpWithoutAnArgument() throws SQLException {
        world.with("DATABASE_URL", SERVER.url("shop"));
        Result result = ok("backup", "--json");
        assertThat(locations(new ObjectMapper().readTree(result.out()))).containsExactly(SERVER.url("shop"));
        SERVER.run("shop", "UPDATE t SET name = 'lost'");
        ok("restore", "latest", "--yes", "--no-safety-snapshot");
        assertThat(SERVER.ask("shop", "SELECT name FROM t")).containsExactly("shop");
    }

    @Test
    void mistakesAreRefusedBeforeAnythingIsStored() {
        ok("init");
        assertThat(world.run("backup", "--all-databases", folder.toString()).err())
                .contains("no PostgreSQL server is named");
        assertThat(world.run("backup", "--exclude-database", "x", SERVER.url("shop"))
                        .err())
                .contains("add --all-databases");
        assertThat(world.run("backup", "--all-databases", SERVER.url("shop"), "--exclude-database", "*")
                        .err())
                .contains("no database to back up");
    }
}
