package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import holdfast.source.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Goal: a restore into a server says beforehand what it will do, goes where the user meant, and
/// says afterwards what came of it; a wrong wish touches nothing.
@Tag("slow")
final class DatabaseRestoreCommandTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static int databases;

    @TempDir
    Path folder;

    private FakeWorld world;
    private String database;

    @BeforeEach
    void takeSnapshot() throws SQLException, IOException {
        database = SERVER.database("shop" + databases++);
        SERVER.run(
                database,
                "CREATE TABLE orders (id int PRIMARY KEY, total int)",
                "INSERT INTO orders SELECT g, g FROM generate_series(1, 1000) g");
        world = new FakeWorld(folder)
                .with("HOLDFAST_PASSWORD", "x")
                .with("TMPDIR", folder.toString())
                .with("PATH", SERVER.programs().path());
        ok("init", "--key-cost", "10");
        ok("backup", SERVER.url(database));
    }

    private Result ok(String... arguments) {
        Result result = world.run(arguments);
        assertThat(result.code()).as(result.err()).isZero();
        return result;
    }

    private static List<String> total(String from) throws SQLException {
        return SERVER.ask(from, "SELECT count(*), sum(total) FROM orders");
    }

    private static List<String> named(String like) throws SQLException {
        return SERVER.ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE '" + like + "' ORDER BY 1");
    }

    @Test
    void aDryRunSaysWhatItWouldDoAndTouchesNothing() throws SQLException {
        SERVER.run(database, "DELETE FROM orders WHERE id > 1");
        Result dry = ok("restore", "--dry-run");
        assertThat(dry.out())
                .contains(
                        "would restore", "replace postgresql://", "stays as database " + database + "_before_restore_")
                .contains("after a safety snapshot");
        assertThat(total(database)).containsExactly("1|1");
        assertThat(named(database + "%")).containsExactly(database);
        assertThat(ok("snapshots", "--json").out().split("\"short_id\"", -1)).hasSize(2);
    }

    @Test
    void inPlaceIsAskedForSavedAndCanBeTakenBack() throws SQLException {
        SERVER.run(database, "DELETE FROM orders WHERE id > 1");
        Result unasked = world.run("restore");
        assertThat(unasked.code()).isNotZero();
        assertThat(total(database)).containsExactly("1|1");
        Result restored = ok("restore", "--yes");
        assertThat(restored.out()).contains("completed: every row equals what was backed up");
        assertThat(total(database)).containsExactly("1000|500500");
        assertThat(named(database + "_before%")).hasSize(1);
        ok("undo", "--yes");
        assertThat(total(database)).containsExactly("1|1");
    }

    @Test
    void theSecondDatabaseOfTheEnvironmentIsRestoredInto() throws Exception {
        String second = SERVER.database(database + "_second");
        Path log = folder.resolve("restore.log");
        Result restored =
                world.with("DATABASE_BACKUP_URL", SERVER.url(second)).run("restore", "--json", "--log", log.toString());
        assertThat(restored.code()).as(restored.err()).isZero();
        assertThat(total(second)).containsExactly("1000|500500");
        JsonNode summary =
                new ObjectMapper().readTree(restored.out().lines().toList().getLast());
        JsonNode one = summary.get("databases").get(0);
        assertThat(one.get("target").asString()).endsWith("/" + second);
        assertThat(one.get("tables").get(0).get("state").asString()).isEqualTo("restored");
        assertThat(one.get("tables").get(0).get("rows").asInt()).isEqualTo(1000);
        assertThat(restored.out()).contains("\"state\":\"restoring\"");
        assertThat(Files.readString(log))
                .contains("restoring postgresql://", "table public.orders: restored, 1000 rows");
    }

    @Test
    void theUsersQueriesAndCommandHaveTheLastWord() throws Exception {
        Path queries = folder.resolve("queries.sql");
        Files.writeString(queries, "-- expect: 1000\nSELECT count(*) FROM public.orders;\n");
        String migrate = SERVER.programs().program("psql") + " -c 'CREATE TABLE migrated (a int)'";
        ok(
                "restore",
                "--target",
                SERVER.url(database + "_new"),
                "--create",
                "--queries",
                queries.toString(),
                "--run-after",
                migrate);
        assertThat(SERVER.ask(database + "_new", "SELECT count(*) FROM migrated"))
                .containsExactly("0");
        Result failed =
                world.run("restore", "--target", SERVER.url(database + "_other"), "--create", "--run-after", "exit 3");
        assertThat(failed.code()).isEqualTo(ExitCode.FAILED);
        assertThat(failed.err()).contains("the command failed with exit code 3");
        Files.writeString(queries, "-- expect: 5\nSELECT count(*) FROM public.orders;\n");
        Result wrong = world.run(
                "restore", "--target", SERVER.url(database + "_wrong"), "--create", "--queries", queries.toString());
        assertThat(wrong.code()).isEqualTo(ExitCode.DAMAGED);
        assertThat(wrong.err()).contains("query of line 1: gives 1000, expected is 5", "nothing was put in place");
        assertThat(named(database + "_wrong%")).isEmpty();
    }

    @Test
    void theSelfTestRunsTheWholeCycleAndLeavesNothing() throws SQLException {
        Result passed = ok("selftest", SERVER.url("postgres"), "--json");
        assertThat(passed.out()).contains("\"status\":\"passed\"", "\"restore\"");
        assertThat(named("holdfast_selftest%")).isEmpty();
        mistake(2, "a self-test needs a PostgreSQL server", "selftest");
        mistake(4, "cannot connect", "selftest", "postgresql://postgres@127.0.0.1:1/none");
    }

    @Test
    void aSchemaComesBackBesideTheLiveOneUnderAnotherName() throws Exception {
        SERVER.run(database, "DELETE FROM orders WHERE id > 1");
        String[] restore = {"restore", "--remap-schema", "public:\"Jan: 1\"", "--yes"};
        Result dry = ok("restore", "--dry-run", "--remap-schema", "public:yesterday");
        assertThat(dry.out()).contains("load into postgresql://", "schema public as yesterday");
        JsonNode plan = new ObjectMapper()
                .readTree(ok("restore", "--dry-run", "--json", restore[1], restore[2])
                        .out());
        assertThat(plan.get("databases").get(0).get("renamed_schemas").toString())
                .isEqualTo("{\"public\":\"Jan: 1\"}");
        assertThat(ok(restore).out()).contains("completed: every row equals what was backed up (1 table)");
        assertThat(SERVER.ask(database, "SELECT count(*), sum(total) FROM \"Jan: 1\".orders"))
                .containsExactly("1000|500500");
        assertThat(total(database)).containsExactly("1|1");
        JsonNode done = new ObjectMapper()
                .readTree(ok("restore", "--json", "--yes", "--remap-schema", "public:Feb")
                        .out()
                        .lines()
                        .toList()
                        .getLast());
        assertThat(done.get("databases").get(0).get("renamed_schemas").toString())
                .isEqualTo("{\"public\":\"Feb\"}");
        mistake(4, "it has a schema Feb already", "restore", "--remap-schema", "public:Feb");
        mistake(2, "no schema of the backup matches \"Public\"", "restore", "--remap-schema", "Public:x");
        mistake(2, "does not say which schema", "restore", "--remap-schema", "public");
        mistake(2, "is for restores into databases", "restore", "--target", "/x", "--remap-schema", "public:x");
    }

    @Test
    void aRestoreThatDoesNotEndInTimeIsEndedAndLeavesNothing() throws SQLException {
        Instant begin = Instant.parse("2026-03-01T12:00:00Z");
        AtomicInteger looks = new AtomicInteger();
        world.at(() -> begin.plusSeconds(looks.getAndIncrement()));
        Result late = world.run("restore", "--target", SERVER.url(database + "_late"), "--create", "--timeout", "1s");
        assertThat(late.code()).as(late.err()).isEqualTo(ExitCode.FAILED);
        assertThat(late.err()).contains("the restore did not end within 1 s", "hint: give it more by --timeout");
        assertThat(named(database + "_late%")).isEmpty();
        assertThat(total(database)).containsExactly("1000|500500");
    }

    @Test
    void mistakesAreToldAndChangeNothing() throws SQLException {
        mistake(4, "there is no such database", "restore", "--target", SERVER.url("nowhere"));
        mistake(4, "it is not empty", "restore", "--target", SERVER.url(database));
        mistake(
                2,
                "no table of the backup matches ordres",
                "restore",
                "--target",
                SERVER.url(database),
                "--table",
                "ordres");
        mistake(2, "--data-only needs to know", "restore", "--target", SERVER.url(database), "--data-only");
        mistake(2, "--truncate is for --data-only", "restore", "--target", SERVER.url(database), "--truncate");
        mistake(4, "it has already public.orders", "restore", "--target", SERVER.url(database), "--table", "orders");
        mistake(2, "leave nothing", "restore", "--schema-only", "--data-only");
        mistake(4, "cannot connect", "restore", "--target", "postgresql://postgres@127.0.0.1:1/none");
        assertThat(total(database)).containsExactly("1000|500500");
    }

    @Test
    void rowsThatGoAreKeptInASchemaOfTheDatabase() throws SQLException {
        SERVER.run(
                database,
                "CREATE TABLE other (id int)",
                "DELETE FROM orders WHERE id > 10",
                "UPDATE orders SET total = total + 1000");
        String words = "restore --table orders --data-only --truncate --safety-schema --no-safety-snapshot --target "
                + SERVER.url(database);
        assertThat(ok((words + " --dry-run").split(" ")).out()).contains("their rows being kept in a schema there");
        assertThat(SERVER.ask(database, "SELECT nspname FROM pg_namespace WHERE nspname ~ 'safety'"))
                .isEmpty();
        String schema = last(ok((words + " --yes --json").split(" ")).out())
                .get("safety_schemas")
                .get(0)
                .asString();
        assertThat(schema).matches("restore_safety_[0-9]{14}");
        assertThat(total(database)).containsExactly("1000|500500");
        assertThat(ok("stash", "list", SERVER.url(database)).out()).contains(schema, "before a restore", "orders");
        ok("stash", "restore", schema, SERVER.url(database), "--yes", "--no-safety");
        assertThat(total(database)).containsExactly("10|10055");
        mistake(2, "--safety-schema is for rows that go", "restore", "--safety-schema");
    }

    @Test
    void rowsOfPartitionsAndOfNamesThatNeedQuotesAreKept() throws SQLException {
        SERVER.run(
                database,
                "CREATE TABLE \"Or.ders\" (id int)",
                "CREATE TABLE parted (id int) PARTITION BY RANGE (id)",
                "CREATE TABLE part_one PARTITION OF parted FOR VALUES FROM (0) TO (100)",
                "INSERT INTO \"Or.ders\" SELECT generate_series(1, 5)",
                "INSERT INTO parted SELECT generate_series(1, 5)");
        ok("backup", SERVER.url(database));
        String both = "SELECT (SELECT count(*) FROM \"Or.ders\"), (SELECT count(*) FROM parted)";
        SERVER.run(database, "DELETE FROM \"Or.ders\" WHERE id > 2", "DELETE FROM parted WHERE id > 3");
        String words = "restore --table \"Or.ders\" --table parted --table part_one --data-only --truncate --yes --json"
                + " --safety-schema --no-safety-snapshot --target " + SERVER.url(database);
        String schema =
                last(ok(words.split(" ")).out()).get("safety_schemas").get(0).asString();
        assertThat(SERVER.ask(database, both)).containsExactly("5|5");
        ok("stash", "restore", schema, SERVER.url(database), "--yes", "--no-safety");
        assertThat(SERVER.ask(database, both)).containsExactly("2|3");
    }

    private static JsonNode last(String lines) {
        return new ObjectMapper().readTree(lines.strip().lines().toList().getLast());
    }

    private void mistake(int code, String message, String... arguments) {
        Result result = world.run(arguments);
        assertThat(result.code()).as(result.err()).isEqualTo(code);
        assertThat(result.err()).contains(message, "hint: ");
    }
}
