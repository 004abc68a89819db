package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Goal: `holdfast verify FILE` says by its exit code whether a bare file is whole, without any
/// repository, and leaves everything as it was. The formats of PostgreSQL's dumps are
/// `DumpCheckTest`'s.
final class VerifyFilesTest {
    private static final String SCRIPT = """
            --
            -- PostgreSQL database dump
            --

            SELECT 1;

            --
            -- PostgreSQL database dump complete
            --

            """;

    @TempDir
    Path folder;

    private FakeWorld world;

    @BeforeEach
    void makeFiles() throws IOException, SQLException {
        world = new FakeWorld(folder)
                .with("TMPDIR", Files.createDirectory(folder.resolve("tmp")).toString());
        Files.writeString(folder.resolve("good.sql"), SCRIPT);
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("app.db"));
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE t (x)");
            statement.execute("CREATE INDEX i ON t (x)");
            statement.execute("WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5000)"
                    + " INSERT INTO t SELECT n FROM c");
        }
    }

    private void gzip(String name) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve(name + ".gz")))) {
            Files.copy(folder.resolve(name), out);
        }
    }

    @Test
    void filesNeedNoRepositoryAndTheExitCodeTells() throws IOException {
        gzip("good.sql");
        gzip("app.db");
        Result good = world.run("verify", "good.sql", "good.sql.gz", "app.db", "./app.db.gz");
        assertThat(good.code()).as(good.err() + good.out()).isZero();
        assertThat(good.out()).contains("SQLite database", "2 tables, 5002 rows", "the dump is complete");
        Files.writeString(folder.resolve("cut.sql"), SCRIPT.substring(0, 80));
        Result cut = world.run("verify", "good.sql", "cut.sql");
        assertThat(cut.code()).isEqualTo(9);
        assertThat(cut.out()).contains("cut.sql: NOT whole, SQL script", "it ends too early");
        assertThat(world.run("verify", "missing.sql").code()).isEqualTo(4);
        assertThat(world.run("verify", "1a2b3c").code()).as("a snapshot").isEqualTo(10);
        try (Stream<Path> left = Files.list(folder.resolve("tmp"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aDamagedDatabaseAndAWrongChecksumAreFoundOut() throws IOException {
        byte[] database = Files.readAllBytes(folder.resolve("app.db"));
        byte[] damaged = database.clone();
        Arrays.fill(damaged, 4096 * 3, 4096 * 3 + 500, (byte) 0x55);
        Files.write(folder.resolve("damaged.db"), damaged);
        assertThat(world.run("verify", "damaged.db").code()).isEqualTo(9);
        Files.write(folder.resolve("cut.db"), Arrays.copyOf(database, database.length / 2));
        assertThat(world.run("verify", "cut.db").code()).isEqualTo(9);
        gzip("app.db");
        byte[] zipped = Files.readAllBytes(folder.resolve("app.db.gz"));
        Files.write(folder.resolve("cut.db.gz"), Arrays.copyOf(zipped, zipped.length - 3));
        assertThat(world.run("verify", "cut.db.gz").code()).isEqualTo(9);
        Files.writeString(
                folder.resolve("good.sql.sha256"), "0".repeat(64) + "  good.sql\n", StandardCharsets.US_ASCII);
        Result wrong = world.run("verify", "good.sql", "--json");
        assertThat(wrong.code()).isEqualTo(9);
        JsonNode document = new ObjectMapper().readTree(wrong.out());
        assertThat(document.get("message_type").asString()).isEqualTo("file_proof");
        assertThat(document.get("passed").asBoolean()).isFalse();
        assertThat(document.get("checks").get(0).get("detail").asString()).isEqualTo("not that of good.sql.sha256");
    }
}
