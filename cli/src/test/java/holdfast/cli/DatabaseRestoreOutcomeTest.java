package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import holdfast.cli.console.FakeTerminal;
import holdfast.source.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Goal: every option of a restore into a server does what it says, on the command line; and
/// whatever becomes of a restore is told, to people, programs and the log.
@Tag("slow")
final class DatabaseRestoreOutcomeTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static int databases;

    @TempDir
    Path folder;

    private FakeWorld world;
    private String database;

    @BeforeEach
    void takeSnapshot() throws SQLException, IOException {
        database = SERVER.database("out" + databases++ + "x");
        fill(database);
        world = new FakeWorld(folder)
                .with("HOLDFAST_PASSWORD", "x")
                .with("TMPDIR", folder.toString())
                .with("PATH", SERVER.programs().path());
        ok("init", "--key-cost", "10");
    }

    private static void fill(String name) throws SQLException {
        SERVER.run(
                name,
                "CREATE TABLE orders (id int PRIMARY KEY, total int)",
                "INSERT INTO orders SELECT g, g FROM generate_series(1, 1000) g");
    }

    private Result ok(String... arguments) {
        Result result = world.run(arguments);
        assertThat(result.code()).as(result.out() + result.err()).isZero();
        return result;
    }

    private void mistake(int code, String message, String... arguments) {
        Result result = world.run(arguments);
        assertThat(result.code()).as(result.err()).isEqualTo(code);
        assertThat(result.err()).contains(message, "hint: ");
    }

    private static List<String> total(String from) throws SQLException {
        return SERVER.ask(from, "SELECT count(*), sum(total) FROM orders");
    }

    private static List<String> named(String like) throws SQLException {
        return SERVER.ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE '" + like + "' ORDER BY 1");
    }

    private static JsonNode last(Result result) {
        return new ObjectMapper().readTree(result.out().lines().toList().getLast());
    }

    /// The second cannot be replaced: somebody opens it while the first is restored.
    @Test
    void oneThatFailsKeepsNoneOfTheOthersFromBeingRestoredAndTold() throws Exception {
        String second = SERVER.database(database + "_two");
        fill(second);
        String third = SERVER.database(database + "_three");
        fill(third);
        ok("backup", SERVER.url(database), SERVER.url(second), SERVER.url(third));
        for (String one : List.of(database, second, third)) {
            SERVER.run(one, "UPDATE orders SET total = 0");
        }
        List<Connection> opened = new ArrayList<>();
        Thread user = Thread.ofVirtual().start(() -> {
            try {
                while (named(database + "\\_restoring\\_%").isEmpty()) {
                    TimeUnit.MILLISECONDS.sleep(5);
                }
                opened.add(SERVER.connect(second));
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Result result = world.run("restore", "--yes", "--json");
        user.join();
        opened.getFirst().close();
        assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(result.err()).contains("in use by 1 session");
        assertThat(total(database)).containsExactly("1000|500500");
        assertThat(total(second)).containsExactly("1000|0");
        assertThat(total(third)).containsExactly("1000|500500");
        JsonNode summary = last(result);
        assertThat(summary.get("status").asString()).isEqualTo("failed");
        assertThat(summary.get("databases")
                        .valueStream()
                        .map(one -> one.get("status").asString()))
                .containsExactly("completed", "failed", "completed");
        assertThat(summary.get("databases").get(1).get("failures").toString()).contains("in use by 1 session");
    }

    @Test
    void theLogAndTheDocumentsTellEverything() throws Exception {
        ok("backup", SERVER.url(database));
        Path log = folder.resolve("restore.log");
        ok("restore", "--dry-run", "--log", log.toString());
        assertThat(log).doesNotExist();
        Result result = world.run("restore", "--yes", "--json", "--progress", "--log", log.toString());
        assertThat(result.code()).as(result.err()).isZero();
        JsonNode summary = last(result);
        String id = summary.get("restore_id").asString();
        assertThat(id).hasSize(36);
        assertThat(summary.get("started_at").asString())
                .isLessThan(summary.get("ended_at").asString());
        assertThat(summary.get("verified").asBoolean()).isTrue();
        assertThat(Files.readString(log))
                .contains(
                        "restore " + id + " of snapshot ",
                        "passed table public.orders: 1000 rows identical to the backup",
                        "passed checksum: 1 blob of rows, each as its hash says",
                        "passed structure: ",
                        "table public.orders: about 1000 rows, ",
                        "reachable by its name",
                        "completed postgresql://");
        List<JsonNode> documents = result.out()
                .lines()
                .<JsonNode>map(line -> new ObjectMapper().readTree(line))
                .toList();
        assertThat(documents.stream()
                        .filter(one -> one.get("message_type").asString().equals("table"))
                        .map(one -> one.get("table").get("state").asString()))
                .startsWith("pending", "restoring")
                .endsWith("restored");
        assertThat(documents.stream()
                        .filter(one -> one.get("message_type").asString().equals("status"))
                        .toList()
                        .getLast()
                        .get("percent_done")
                        .asDouble())
                .isEqualTo(100);
    }

    @Test
    void whatIsNotVerifiedIsSaid() throws Exception {
        ok("backup", SERVER.url(database));
        Result some = ok(
                "restore",
                "--target",
                SERVER.url(database + "_some"),
                "--create",
                "--verify",
                "checksum,structure,relationships,constraints");
        assertThat(some.out()).contains("completed", "not checked, as you asked: fingerprints");
        Result none = ok("restore", "--target", SERVER.url(database + "_none"), "--create", "--no-verify", "--json");
        assertThat(last(none).get("verified").asBoolean()).isFalse();
        assertThat(last(none).get("status").asString()).isEqualTo("restored");
        assertThat(last(none).get("databases").get(0).get("unchecked").size()).isEqualTo(5);
        assertThat(total(database + "_none")).containsExactly("1000|500500");
    }

    @Test
    void rowsAreAddedToALiveDatabaseOnlyWhenThatIsConfirmedAndSaved() throws Exception {
        ok("backup", SERVER.url(database));
        String[] append = {"restore", "--data-only", "--append", "--table", "orders"};
        SERVER.run(database, "UPDATE orders SET id = id + 5000");
        mistake(2, "needs a confirmation", append);
        FakeTerminal user = FakeTerminal.answering("no");
        assertThat(world.with(user).run(append).code()).isEqualTo(4);
        assertThat(user.questions()).singleElement().asString().contains("Add to what is there?");
        world.with(FakeTerminal.none());
        assertThat(total(database)).containsExactly("1000|500500");
        Result added = ok("restore", "--data-only", "--append", "--table", "orders", "--yes");
        assertThat(added.out()).contains("safety snapshot");
        assertThat(total(database)).containsExactly("2000|1001000");
        Result undo = ok("undo", "--dry-run");
        assertThat(undo.out()).contains("replace postgresql://", "/" + database);
        ok("undo", "--yes");
        assertThat(total(database)).containsExactly("1000|500500");
        assertThat(SERVER.ask(database, "SELECT min(id) FROM orders")).containsExactly("5001");
    }

    @Test
    void ownersPrivilegesAndTablespacesAreLeftOutAsWished() throws Exception {
        SERVER.run(
                "postgres",
                "SET allow_in_place_tablespaces = on",
                "CREATE TABLESPACE far LOCATION ''",
                "CREATE ROLE seller",
                "CREATE ROLE reader");
        SERVER.run(
                database,
                "ALTER TABLE orders OWNER TO seller",
                "GRANT SELECT ON orders TO reader",
                "ALTER TABLE orders SET TABLESPACE far");
        ok("backup", SERVER.url(database));
        String to = database + "_plain";
        String about = "SELECT pg_get_userbyid(relowner), COALESCE(relacl::text, ''), reltablespace = 0 FROM pg_class"
                + " WHERE relname = 'orders'";
        ok("restore", "--target", SERVER.url(to), "--create");
        assertThat(SERVER.ask(to, about).getFirst())
                .startsWith("seller|{")
                .contains("reader=r")
                .endsWith("f");
        SERVER.run("postgres", "DROP DATABASE " + to);
        ok("restore", "--target", SERVER.url(to), "--create", "--no-owner", "--no-privileges", "--no-tablespaces");
        assertThat(SERVER.ask(to, about)).containsExactly(PostgresServer.SUPERUSER + "||t");
        assertThat(total(to)).containsExactly("1000|500500");
    }

    @Test
    void aSnapshotIsChosenByItsLabel() throws Exception {
        ok("backup", SERVER.url(database), "--label", "before-migration");
        SERVER.run(database, "UPDATE orders SET total = 0");
        ok("backup", SERVER.url(database), "--label", "after");
        assertThat(last(ok("snapshots", "--json", "--label", "before-migration"))
                        .toString())
                .doesNotContain("\"after\"");
        mistake(4, "with the label", "restore", "--label", "none", "--yes");
        ok("restore", "--label", "before-migration", "--yes");
        assertThat(total(database)).containsExactly("1000|500500");
    }

    @Test
    void theSchemaAlone() throws Exception {
        ok("backup", SERVER.url(database));
        String to = database + "_schema";
        Result result = ok("restore", "--target", SERVER.url(to), "--create", "--schema-only");
        assertThat(result.out()).contains("completed").doesNotContain("every row");
        assertThat(SERVER.ask(to, "SELECT count(*) FROM orders")).containsExactly("0");
        assertThat(SERVER.ask(
                        to, "SELECT conname FROM pg_constraint WHERE conrelid = 'orders'::regclass AND contype = 'p'"))
                .containsExactly("orders_pkey");
    }

    @Test
    void sessionsAreEndedAndStatisticsPrintedAsWished() throws Exception {
        ok("backup", SERVER.url(database));
        SERVER.run(database, "DELETE FROM orders");
        try (Connection user = SERVER.connect(database)) {
            mistake(4, "in use by 1 session", "restore", "--yes");
            assertThat(user.isValid(5)).isTrue();
            Result result = ok("restore", "--yes", "--terminate-connections");
            assertThat(result.out())
                    .contains("ends the session of", "public.orders: about 1000 rows, ", "with its indexes")
                    .contains("takes about", "free there");
            assertThat(user.isValid(5)).isFalse();
        }
        assertThat(total(database)).containsExactly("1000|500500");
    }

    @Test
    void queriesFindTablesAsPsqlDoes() throws Exception {
        ok("backup", SERVER.url(database));
        Path queries =
                Files.writeString(folder.resolve("queries.sql"), "-- expect: 1000\nSELECT count(*) FROM orders;\n");
        Result result = ok("restore", "--yes", "-v", "--queries", queries.toString());
        assertThat(result.out() + result.err()).contains("query of line 1: gives 1000");
    }

    /// The link is slow: what the server has by then is not taken for the whole.
    @Test
    void aRestoreThatTakesTooLongIsEnded() throws Exception {
        SERVER.run(
                database,
                "CREATE TABLE big AS SELECT encode(sha512(g::text::bytea), 'base64') AS v FROM generate_series(1, 20000) g");
        ok("backup", SERVER.url(database));
        String to = database + "_late";
        String[] late = {"--limit-download", "200", "restore", "--target", SERVER.url(to), "--timeout", "2s"};
        List<String> create = new ArrayList<>(List.of(late));
        create.add("--create");
        Result ended = world.run(create.toArray(String[]::new));
        assertThat(ended.code()).as(ended.err()).isEqualTo(ExitCode.FAILED);
        assertThat(ended.err()).contains("did not end within 2 s", "hint: ");
        assertThat(named(to + "%")).isEmpty();
        SERVER.database(to);
        Result half = world.run(late);
        assertThat(half.code()).as(half.err()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(half.err()).contains("table public.big: ", "did not end within 2 s");
        assertThat(SERVER.ask(
                        "postgres",
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = '" + to
                                + "' AND state <> 'idle' AND pid <> pg_backend_pid()"))
                .containsExactly("0");
    }

    @Test
    void whatNothingComesOfIsRefused() throws Exception {
        ok("backup", SERVER.url(database));
        Path out = folder.resolve("out");
        mistake(2, "--jobs is for restores into databases", "restore", "--target", out.toString(), "--jobs", "3");
        mistake(
                2,
                "--log, --run-after are for restores",
                "restore",
                "--target",
                out.toString(),
                "--run-after",
                "true",
                "--log",
                "x.log");
        assertThat(out).doesNotExist();
        Path files = Files.createDirectory(folder.resolve("files"));
        Files.writeString(files.resolve("one"), "1");
        ok("backup", files.toString());
        mistake(2, "--verify is for restores", "restore", "--yes", "--verify", "structure");
        mistake(
                2,
                "--evidence is given, and nothing is masked",
                "restore",
                "--target",
                SERVER.url(database),
                "--evidence",
                "x.json");
    }
}
