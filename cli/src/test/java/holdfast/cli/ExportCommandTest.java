package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import holdfast.source.postgres.PostgresServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Goal: what is exported of a snapshot is brought back by stock tools alone, in every format,
/// and stands there whole or not at all.
@Tag("slow")
final class ExportCommandTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static int databases;

    @TempDir
    Path folder;

    private FakeWorld world;
    private String database;

    @BeforeEach
    void takeSnapshot() throws SQLException, IOException {
        database = SERVER.database("export" + databases++);
        SERVER.run(
                database,
                "CREATE TABLE customers (id int PRIMARY KEY, name text)",
                "CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int REFERENCES customers,"
                        + " total numeric)",
                "CREATE TABLE log (line text)",
                "CREATE SCHEMA billing",
                "CREATE TABLE billing.orders (id int)",
                "CREATE TABLE full_backup (id int)",
                "INSERT INTO customers VALUES (1, 'Ann'), (2, E'B\\'o\\n')",
                "INSERT INTO orders (customer, total) VALUES (2, 1.50), (1, NULL)",
                "INSERT INTO billing.orders VALUES (7)",
                "INSERT INTO full_backup VALUES (8)");
        world = new FakeWorld(folder)
                .with("HOLDFAST_PASSWORD", "x")
                .with("TMPDIR", folder.toString())
                .with("HOLDFAST_ENVIRONMENT", "production")
                .with("PATH", SERVER.programs().path());
        ok("init", "--key-cost", "10");
    }

    private Result ok(String... arguments) {
        Result result = world.run(arguments);
        assertThat(result.code()).as(result.err()).isZero();
        return result;
    }

    private List<Path> export(String... more) {
        List<String> arguments = new ArrayList<>(List.of("export", "--json", "--output", "out"));
        arguments.addAll(List.of(more));
        JsonNode document =
                new ObjectMapper().readTree(ok(arguments.toArray(String[]::new)).out());
        List<Path> paths = new ArrayList<>();
        document.get("files").forEach(file -> paths.add(Path.of(file.get("path").asString())));
        return paths;
    }

    private static String run(Path in, String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(in.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private String described(String name) throws Exception {
        return run(folder, SERVER.programs().program("pg_dump").toString(), "--dbname=" + SERVER.url(name))
                .replaceAll("(?m)^\\\\(un)?restrict .*$", "");
    }

    private List<String> left() throws IOException {
        try (Stream<Path> names = Files.list(folder.resolve("out"))) {
            return names.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private String stamp() throws SQLException {
        JsonNode snapshots =
                new ObjectMapper().readTree(ok("snapshots", "--json").out()).get("snapshots");
        return snapshots
                .get(0)
                .get("time")
                .asString()
                .substring(0, 19)
                .replaceAll("[-:]", "")
                .replace('T', '_');
    }

    @Test
    void bothKindsOfDatabaseBecomeCompressedFilesWithTheirChecksums() throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("app.db"));
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE t (x)");
        }
        ok("backup", SERVER.url(database), "app.db");
        export();
        String stamp = stamp();
        String script = "backup_postgres_" + database + "_" + stamp + ".sql.gz";
        String file = "backup_sqlite_app_" + stamp + ".db.gz";
        assertThat(left()).containsExactly(script, script + ".sha256", file, file + ".sha256");
        run(folder.resolve("out"), "sha256sum", "--strict", "-c", script + ".sha256", file + ".sha256");
        run(folder.resolve("out"), "gunzip", script);
        String copy = SERVER.database(database + "_copy");
        SERVER.psql(copy, folder.resolve("out/" + script.replace(".gz", "")));
        assertThat(described(copy)).isEqualTo(described(database));
    }

    @Test
    void aScriptAndAFolderAreTakenByStockTools() throws Exception {
        ok("backup", SERVER.url(database));
        Path script = export("--format", "plain").getFirst();
        assertThat(script.getFileName()).hasToString("backup_postgres_" + stamp() + ".sql");
        String first = SERVER.database(database + "_plain");
        SERVER.psql(first, script);
        assertThat(described(first)).isEqualTo(described(database));
        Path dump = export("--format", "directory").getFirst();
        assertThat(dump.getFileName()).hasToString("backup_postgres_" + stamp());
        String second = SERVER.database(database + "_directory");
        run(
                folder,
                SERVER.programs().program("pg_restore").toString(),
                "--exit-on-error",
                "--jobs=2",
                "--dbname=" + SERVER.url(second),
                dump.toString());
        assertThat(described(second)).isEqualTo(described(database));
        assertThat(left()).hasSize(2);
    }

    @Test
    void theTimestampedFolderBringsBackDefinitionsAndCriticalRowsBySql() throws Exception {
        ok("backup", SERVER.url(database));
        Path made = export(
                        "--format",
                        "timestamped",
                        "--critical",
                        "*orders",
                        "--critical",
                        "customers",
                        "--critical",
                        "public.full_backup")
                .getFirst();
        assertThat(made.getFileName()).hasToString(stamp().replace("_", ""));
        JsonNode manifest = new ObjectMapper().readTree(Files.readString(made.resolve("manifest.json")));
        assertThat(manifest.get("environment").asString()).isEqualTo("production");
        List<String> sums = new ArrayList<>();
        manifest.get("files")
                .forEach(file -> sums.add(
                        file.get("sha256").asString() + "  " + file.get("name").asString()));
        Files.write(folder.resolve("sums"), sums);
        run(made, "sha256sum", "--strict", "-c", folder.resolve("sums").toString());
        String copy = SERVER.database(database + "_critical");
        SERVER.psql(copy, made.resolve("create_schema.sql"));
        List<String> loaded = new ArrayList<>();
        for (JsonNode table : manifest.get("tables")) {
            loaded.add(table.get("file").asString());
            SERVER.psql(copy, made.resolve(table.get("file").asString()));
        }
        assertThat(loaded)
                .containsExactlyInAnyOrder("customers.sql", "orders.sql", "billing.orders.sql", "full_backup-2.sql")
                .containsSubsequence("customers.sql", "orders.sql");
        for (String table : List.of("customers", "orders", "billing.orders", "full_backup")) {
            String rows = "SELECT * FROM " + table + " ORDER BY id";
            assertThat(SERVER.ask(copy, rows)).isEqualTo(SERVER.ask(database, rows));
        }
        String whole = SERVER.database(database + "_whole");
        SERVER.psql(whole, made.resolve("full_backup.sql"));
        assertThat(described(whole)).isEqualTo(described(database));
    }

    @Test
    void whatCannotBeExportedLeavesNothingBehind() throws Exception {
        ok("backup", SERVER.url(database));
        Result unknown = world.run("export", "--output", "out", "--format", "timestamped", "--critical", "ordres");
        assertThat(unknown.code()).isEqualTo(4);
        assertThat(unknown.err()).contains("no table in the dump fits ordres");
        assertThat(left()).isEmpty();
        assertThat(world.run("export", "--output", "out", "--critical", "orders")
                        .err())
                .contains("only --format timestamped has INSERT statements");
        export("--format", "plain");
        Result again = world.run("export", "--output", "out", "--format", "plain");
        assertThat(again.code()).isEqualTo(4);
        assertThat(again.err()).contains(" exists");
        assertThat(left()).hasSize(1);
    }
}
