package holdfast.source.postgres.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.ClientPrograms;
import holdfast.source.postgres.PostgresServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: what is exported as SQL loads with stock `psql` into an empty database and gives the
/// same definitions and rows, and runs nothing else, whatever names and rows a hostile database
/// has. Method: a dump by stock `pg_dump`, made into scripts, loaded, and compared as dumps and
/// row by row.
@Tag("slow")
final class ExportedSqlTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    @TempDir
    static Path folder;

    private static String database = "";
    private static Path trap = Path.of("");
    private static DumpFolder dump;

    @BeforeAll
    static void makeDump() throws Exception {
        database = SERVER.database("origin");
        trap = folder.resolve("trap");
        String command = "\n\\! touch " + trap + "\n";
        String evil = PostgresServer.identifier("evil" + command);
        SERVER.run(
                database,
                "CREATE TABLE parents (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text)",
                "CREATE TABLE children (id int, parents int REFERENCES parents, t text, b bytea, i interval, n numeric,"
                        + " a text[], f float8, j jsonb, x xml, z timestamptz, g text GENERATED ALWAYS AS (upper(t)) STORED)",
                "INSERT INTO parents (name) SELECT 'p' || g FROM generate_series(1, 2500) g",
                "INSERT INTO children VALUES (1, 1, E'tab\\t line\\n back\\\\slash \\'quote\\' \\r \\x01 \\x7f ü \\\\. :name'"
                        + ", '\\x00ff', '-1 day +00:00:01', 1.10, '{\"a,b\",NULL,\"\\\\\"}', 'NaN', '{\"a\": \"\\\\n\"}',"
                        + " '<a/>', '2026-03-01 02:00:00.123456+02')",
                "INSERT INTO children VALUES (2, NULL, '', '', NULL, NULL, '{}', '-Infinity', NULL, NULL)",
                "INSERT INTO children (id, t) VALUES (3, '\\N'), (4, '\\.'), (5, 'NULL'), (6, repeat(E'long\\n', 200000)),"
                        + " (7, repeat('''x', 100000))",
                "CREATE TABLE nothing ()",
                "INSERT INTO nothing DEFAULT VALUES",
                "INSERT INTO nothing DEFAULT VALUES",
                "CREATE TABLE empty (id int)",
                "CREATE TABLE single (t text)",
                "INSERT INTO single VALUES (''), (NULL), (E'\\n\\\\! touch " + trap + "\\n')",
                "CREATE SCHEMA " + evil,
                "CREATE TABLE " + evil + "." + evil + " (" + evil + " text)",
                "INSERT INTO " + evil + "." + evil + " VALUES (E'\\\\.\\n\\\\! touch " + trap + "')",
                "COMMENT ON TABLE " + evil + "." + evil + " IS E'x\\n\\\\! touch " + trap + "\\n'",
                "CREATE FUNCTION " + evil + "." + evil + "() RETURNS text LANGUAGE sql AS $$SELECT '" + command + "'$$",
                "SELECT lo_from_bytea(4711, '\\x005c2e0a')");
        Path target = folder.resolve("dump");
        run("pg_dump", "--format=directory", "--compress=0", "--file=" + target, "--dbname=" + SERVER.url(database));
        dump = DumpFolder.open(target);
    }

    private static String run(String program, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(SERVER.programs().program(program).toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private static PlainSql sql() throws IOException {
        ClientPrograms programs = ClientPrograms.find(SERVER.programs().path());
        return new PlainSql(programs.restoring(dump.toc().header()), dump, folder);
    }

    private static Path script(PlainSql.Content content) throws IOException {
        Path file = Files.createTempFile(folder, "script", ".sql");
        try (OutputStream out = Files.newOutputStream(file)) {
            sql().write(content, out);
        }
        return file;
    }

    /// The whole database as a script, without the random word in it.
    private static String described(String name) throws Exception {
        return run("pg_dump", "--dbname=" + SERVER.url(name)).replaceAll("(?m)^\\\\(un)?restrict .*$", "");
    }

    @Test
    void theScriptBringsBackEverythingAndRunsNothingElse() throws Exception {
        String copy = SERVER.database("by_script");
        SERVER.psql(copy, script(PlainSql.Content.EVERYTHING));
        assertThat(described(copy)).isEqualTo(described(database));
        assertThat(trap).doesNotExist();
    }

    @Test
    void insertStatementsBringBackEveryRow() throws Exception {
        String copy = SERVER.database("by_inserts");
        SERVER.psql(copy, script(PlainSql.Content.SCHEMA));
        dump.requireRowsOnly();
        List<DumpFolder.Table> tables = dump.matching(List.of("*.*"));
        assertThat(tables).hasSize(6);
        assertThat(tables.stream().map(table -> table.copy().table()).toList())
                .containsSubsequence("parents", "children");
        for (DumpFolder.Table table : tables) {
            Path file = Files.createTempFile(folder, "inserts", ".sql");
            long rows;
            try (InputStream in = Files.newInputStream(table.file());
                    OutputStream out = Files.newOutputStream(file)) {
                rows = InsertStatements.write(table.copy(), dump.encoding(), in, out);
            }
            SERVER.psql(copy, file);
            assertThat(SERVER.ask(copy, "SELECT count(*) FROM " + table.copy().qualified()))
                    .containsExactly(Long.toString(rows));
        }
        SERVER.run(copy, "SELECT lo_from_bytea(4711, '\\x005c2e0a')", "SELECT setval('parents_id_seq', 2500)");
        assertThat(described(copy)).isEqualTo(described(database));
        assertThat(trap).doesNotExist();
    }

    /// Only a server that is not what it seems can send such rows.
    @Test
    void aFileOfRowsThatHoldsMoreIsRefused() throws Exception {
        Path forged = folder.resolve("forged");
        Files.createDirectory(forged);
        try (var files = Files.newDirectoryStream(dump.folder())) {
            for (Path file : files) {
                Files.copy(file, forged.resolve(file.getFileName()));
            }
        }
        DumpFolder other = DumpFolder.open(forged);
        Files.writeString(
                other.matching(List.of("single")).getFirst().file(),
                "x\n\\.\n\\! touch " + trap + "\n\\.\n\n\n",
                StandardOpenOption.TRUNCATE_EXISTING);
        assertThatThrownBy(other::requireRowsOnly)
                .isInstanceOf(HoldfastException.Damaged.class)
                .hasMessageContaining("public.single");
    }

    @Test
    void rowsThatDoNotFitTheTableAreRefused() throws SQLException {
        DumpFolder.Table single = dump.matching(List.of("single")).getFirst();
        for (String row : List.of("a\tb", "\\Nx", "x\\N", "\\x41", "\\101")) {
            byte[] data = (row + "\n\\.\n\n\n").getBytes(StandardCharsets.US_ASCII);
            assertThatThrownBy(() -> InsertStatements.write(
                            single.copy(), "UTF8", new ByteArrayInputStream(data), new ByteArrayOutputStream()))
                    .as(row)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aPatternThatFitsNoTableIsRefused() {
        assertThatThrownBy(() -> dump.matching(List.of("single", "nonsense")))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("no table in the dump fits nonsense");
    }
}
