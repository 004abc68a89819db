package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import holdfast.source.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Goal: whatever part of a database is chosen is stored, proven as far as that part can be, and
/// loaded by the stock `pg_restore` with the same rows; a choice that cannot be meant is refused.
@Tag("slow")
final class SelectedBackupTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final String DATABASE = "shop";
    private static final String ROWS = "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)), count(*) FROM %s t";
    private static final String TABLES = """
            SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema)' ORDER BY 1""";

    private static int copies;

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private FakeWorld world;

    @BeforeAll
    static void makeDatabase() throws SQLException, IOException {
        // a server that root starts for a proof runs as somebody else
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwx--x--x"));
        SERVER.database(DATABASE);
        SERVER.run(
                DATABASE,
                "CREATE TABLE customers (id int PRIMARY KEY, name text)",
                "INSERT INTO customers SELECT g, 'name ' || g FROM generate_series(1, 500) g",
                "CREATE TABLE orders (id serial PRIMARY KEY, customer int REFERENCES customers, total numeric)",
                "INSERT INTO orders (customer, total) SELECT 1 + g % 500, g / 7.0 FROM generate_series(1, 3000) g",
                "CREATE SCHEMA \"Sales\"",
                "CREATE TABLE \"Sales\".leads (id int, \"odd.name\" text)",
                "INSERT INTO \"Sales\".leads SELECT g, repeat('x', g) FROM generate_series(1, 50) g",
                "CREATE TABLE \"Sales\".calls (lead int, order_id int REFERENCES orders)",
                "INSERT INTO \"Sales\".calls SELECT g, g FROM generate_series(1, 50) g",
                "CREATE TABLE log_2024 (id int)",
                "INSERT INTO log_2024 VALUES (1)",
                "CREATE TABLE log_2025 (id int)",
                "INSERT INTO log_2025 VALUES (1), (2)",
                "CREATE VIEW totals AS SELECT sum(total) FROM orders",
                "SELECT lo_from_bytea(4711, 'an object')");
    }

    @BeforeEach
    void makeRepository() {
        world = new FakeWorld(folder)
                .with("HOLDFAST_PASSWORD", "x")
                .with("TMPDIR", shared.toString())
                .with("PATH", SERVER.programs().path());
        ok("init", "--key-cost", "10");
    }

    private Result ok(String... arguments) {
        Result result = world.run(arguments);
        assertThat(result.code()).as(result.out() + result.err()).isZero();
        return result;
    }

    private Result backUp(String... options) {
        List<String> arguments = new ArrayList<>(List.of("backup", SERVER.url(DATABASE), "--prove", "identical"));
        arguments.addAll(List.of(options));
        Result result = ok(arguments.toArray(String[]::new));
        assertThat(result.out()).contains("proven");
        return result;
    }

    /// A database into which the stock program has loaded what was stored.
    private String loaded(String... before) throws IOException, SQLException {
        Path target = Files.createTempDirectory(folder, "dump");
        ok("restore", "latest", "--target", target.toString());
        String copy = SERVER.database("copy" + copies++);
        SERVER.run(copy, before);
        try (var found = Files.walk(target)) {
            Path toc =
                    found.filter(file -> file.endsWith("toc.dat")).findFirst().orElseThrow();
            SERVER.pgRestore(copy, toc.resolveSibling(""));
        }
        return copy;
    }

    private static void assertRows(String copy, String... tables) throws SQLException {
        for (String table : tables) {
            assertThat(SERVER.ask(copy, ROWS.formatted(table)))
                    .as(table)
                    .isEqualTo(SERVER.ask(DATABASE, ROWS.formatted(table)));
        }
    }

    private static void assertTables(String copy, String... tables) throws SQLException {
        assertThat(SERVER.ask(copy, TABLES)).containsExactly(tables);
    }

    private String selection() {
        JsonNode shown =
                new ObjectMapper().readTree(ok("show", "latest", "--json").out());
        return shown.findPath("postgres.selection").asString("");
    }

    @Test
    void definitionsAlone() throws Exception {
        backUp("--schema-only");
        String copy = loaded();
        assertThat(SERVER.ask(copy, TABLES)).isEqualTo(SERVER.ask(DATABASE, TABLES));
        assertThat(SERVER.ask(copy, "SELECT count(*) FROM orders")).containsExactly("0");
        assertThat(SERVER.ask(copy, "SELECT * FROM totals")).containsExactly("");
        assertThat(SERVER.ask(copy, "SELECT count(*) FROM pg_largeobject_metadata"))
                .containsExactly("0");
        assertThat(selection()).isEqualTo("--schema-only");
    }

    @Test
    void rowsAloneAreProvenAsFarAsTheyCanBe() throws Exception {
        Result stored = backUp("--data-only");
        assertThat(stored.err()).contains("proven to sound at most, not identical: rows alone");
        Result verified = ok("verify", "--json");
        assertThat(verified.out()).contains("\"name\":\"sound\"", "\"passed\":true");
        backUp("--schema-only");
        String structure = loaded();
        ok("backup", SERVER.url(DATABASE), "--data-only");
        Path target = Files.createTempDirectory(folder, "rows");
        ok("restore", "latest", "--target", target.toString());
        try (var found = Files.walk(target)) {
            // in the order of the foreign keys, as pg_dump has it
            SERVER.pgRestore(
                    structure,
                    found.filter(file -> file.endsWith("toc.dat"))
                            .findFirst()
                            .orElseThrow()
                            .resolveSibling(""));
        }
        assertRows(structure, "\"Sales\".calls", "\"Sales\".leads", "customers", "log_2024", "log_2025", "orders");
        assertThat(SERVER.ask(structure, "SELECT lo_get(4711), last_value FROM orders_id_seq"))
                .isEqualTo(SERVER.ask(DATABASE, "SELECT lo_get(4711), last_value FROM orders_id_seq"));
    }

    @Test
    void oneSchema() throws Exception {
        Result stored = backUp("--schema", "\"Sales\"");
        assertThat(stored.err()).doesNotContain("at most");
        // what pg_restore would stumble over, and the proof leaves out
        String copy =
                loaded("CREATE TABLE orders (id int PRIMARY KEY)", "INSERT INTO orders SELECT generate_series(1, 50)");
        assertTables(copy, "Sales.calls", "Sales.leads", "public.orders");
        assertRows(copy, "\"Sales\".calls", "\"Sales\".leads");
    }

    @Test
    void allSchemasButOne() throws Exception {
        backUp("--exclude-schema", "\"Sales\"");
        String copy = loaded();
        assertTables(copy, "public.customers", "public.log_2024", "public.log_2025", "public.orders");
        assertRows(copy, "customers", "log_2024", "log_2025", "orders");
        assertThat(SERVER.ask(copy, "SELECT lo_get(4711)")).isEqualTo(SERVER.ask(DATABASE, "SELECT lo_get(4711)"));
    }

    @Test
    void someTables() throws Exception {
        backUp("--table", "log_202[45]", "--table", "\"Sales\".leads");
        String copy = loaded("CREATE SCHEMA \"Sales\"");
        assertTables(copy, "Sales.leads", "public.log_2024", "public.log_2025");
        assertRows(copy, "\"Sales\".leads", "log_2024", "log_2025");
        assertThat(selection()).isEqualTo("--table log_202[45] --table \"Sales\".leads");
    }

    @Test
    void allTablesButSome() throws Exception {
        Result stored = backUp("--exclude-table", "log_*", "--exclude-table", "customers");
        assertThat(stored.err()).doesNotContain("at most");
        String copy = loaded(
                "CREATE TABLE customers (id int PRIMARY KEY)", "INSERT INTO customers SELECT generate_series(1, 500)");
        assertTables(copy, "Sales.calls", "Sales.leads", "public.customers", "public.orders");
        assertRows(copy, "\"Sales\".calls", "\"Sales\".leads", "orders");
    }

    @Test
    void rowsOfSomeTablesAreLeftOut() throws Exception {
        backUp("--exclude-table-data", "log_*");
        String copy = loaded();
        assertThat(SERVER.ask(copy, TABLES)).isEqualTo(SERVER.ask(DATABASE, TABLES));
        assertThat(SERVER.ask(copy, "SELECT count(*) FROM log_2024, log_2025")).containsExactly("0");
        assertThat(SERVER.ask(copy, ROWS.formatted("orders")))
                .isEqualTo(SERVER.ask(DATABASE, ROWS.formatted("orders")));
    }

    @Test
    void aPatternThatFitsNothingIsNamedWithWhatIsNear() {
        for (String option : List.of("--table", "--exclude-table", "--exclude-table-data", "--critical")) {
            Result result = world.run("backup", SERVER.url(DATABASE), option, "ordres");
            assertThat(result.code()).as(option).isEqualTo(ExitCode.PRE_CHECK_FAILED);
            assertThat(result.err()).contains(option + " ordres", "near: public.orders");
        }
        for (String option : List.of("--schema", "--exclude-schema")) {
            Result result = world.run("backup", SERVER.url(DATABASE), option, "Slaes(x|y)");
            assertThat(result.code()).as(option).isEqualTo(ExitCode.PRE_CHECK_FAILED);
            assertThat(result.err()).contains(option + " Slaes(x|y)", "near: Sales");
        }
        Result all = world.run("backup", "--all-databases", SERVER.url(DATABASE), "--exclude-table", "ordres");
        assertThat(all.code()).isEqualTo(ExitCode.PRE_CHECK_FAILED);
        assertThat(all.err()).contains("no database of the server has anything that fits --exclude-table ordres");
        Result database = world.run("backup", "--all-databases", SERVER.url(DATABASE), "--exclude-database", "shopp");
        assertThat(database.code()).isEqualTo(ExitCode.PRE_CHECK_FAILED);
        assertThat(database.err()).contains("--exclude-database shopp", "near: shop");
        assertThat(ok("snapshots", "--json").out()).doesNotContain("short_id");
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        Result nothing = world.run("backup", SERVER.url(DATABASE), "--schema-only", "--data-only");
        assertThat(nothing.code()).isEqualTo(ExitCode.BAD_USAGE);
        Result twice =
                world.run("backup", SERVER.url(DATABASE), SERVER.url(DATABASE).replace("postgres@", "another@"));
        assertThat(twice.code()).isEqualTo(ExitCode.BAD_USAGE);
        assertThat(twice.err()).contains("would lie at the same place");
    }

    @Test
    void aRoleThatMayNotReadEverythingIsRefusedBeforeAnythingIsStored() throws SQLException {
        SERVER.run("postgres", "DROP ROLE IF EXISTS few", "CREATE ROLE few LOGIN");
        SERVER.run(DATABASE, "GRANT SELECT ON log_2024, log_2025 TO few", "GRANT USAGE ON SCHEMA \"Sales\" TO few");
        try {
            String url = SERVER.url(DATABASE).replace("postgres@", "few@");
            Result tables = world.run("backup", url, "--exclude-schema", "\"Sales\"", "--exclude-table-data", "orders");
            assertThat(tables.code()).isEqualTo(ExitCode.PRE_CHECK_FAILED);
            assertThat(tables.err()).contains("this role may not read public.customers, public.orders");
            Result objects =
                    world.run("backup", url, "--exclude-table", "customers|orders", "--exclude-table", "\"Sales\".*");
            assertThat(objects.code()).isEqualTo(ExitCode.PRE_CHECK_FAILED);
            assertThat(objects.err()).contains("this role may not read large object 4711");
            Result all = world.run("backup", "--all-databases", url);
            assertThat(all.code()).isEqualTo(ExitCode.PRE_CHECK_FAILED);
            assertThat(all.err()).contains("this role may not read");
            assertThat(ok("snapshots", "--json").out()).doesNotContain("short_id");
            ok("backup", url, "--table", "log_*", "--prove", "identical");
        } finally {
            SERVER.run(DATABASE, "DROP OWNED BY few", "DROP ROLE few");
        }
    }
}
