package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.PostgresServer;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Goal: a role that is not the superuser backs up what it may read, whatever its own settings are; what it may not
/// read is named before anything is stored; and its password is seen nowhere.
final class PostgresRolesTest {
    private static final String PASSWORD = "s3cr3t-of-the-role";
    private static final String DATABASE = "rights";

    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer()
            .setting("password_encryption", "scram-sha-256")
            .hba("host all limited 127.0.0.1/32 scram-sha-256");

    @AutoClose
    private final Workplace place = new Workplace();

    private final Holdfast holdfast = place.holdfast("repository").with(SERVER.programs());
    private final List<String> seen = new ArrayList<>();

    @BeforeEach
    void makeDatabase() throws IOException, SQLException {
        SERVER.run(
                PostgresServer.SUPERUSER,
                "DROP DATABASE IF EXISTS " + DATABASE,
                "DROP ROLE IF EXISTS limited",
                "CREATE ROLE limited LOGIN PASSWORD '" + PASSWORD + "'",
                "ALTER ROLE limited SET statement_timeout = '100ms'",
                "ALTER ROLE limited SET idle_in_transaction_session_timeout = '10ms'",
                "ALTER ROLE limited SET lock_timeout = '1ms'",
                "ALTER ROLE limited SET DateStyle = 'SQL, DMY'");
        SERVER.database(DATABASE);
        SERVER.run(
                DATABASE,
                "CREATE TABLE open AS SELECT g AS id, repeat(md5(g::text), 20) AS body, date '2020-01-01' + g % 100 AS day"
                        + " FROM generate_series(1, 100000) g",
                "GRANT SELECT ON open TO limited",
                "SELECT lo_from_bytea(77, 'x')",
                "GRANT SELECT ON LARGE OBJECT 77 TO limited");
        holdfast.run("init");
    }

    private Holdfast withPassword() throws IOException {
        Path file = Files.writeString(
                place.path("passwords"), "127.0.0.1:" + SERVER.port() + ":*:limited:" + PASSWORD + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return holdfast.with("PGPASSFILE", file.toString());
    }

    private static String url() {
        return SERVER.url(DATABASE).replace(PostgresServer.SUPERUSER + "@", "limited@");
    }

    @Test
    void whatMayNotBeReadIsNamedBeforeAnythingIsStored() throws IOException, SQLException {
        SERVER.run(DATABASE, "CREATE TABLE closed (a int)", "CREATE SEQUENCE \"closed too\"");
        Result refused = withPassword().refused(4, "backup", url());
        assertThat(refused.err()).contains("public.closed", "public.\"closed too\"");
        SERVER.run(DATABASE, "DROP TABLE closed", "DROP SEQUENCE \"closed too\"", "SELECT lo_create(78)");
        assertThat(withPassword().refused(4, "backup", url()).err()).contains("large object 78");
        assertThat(holdfast.ids()).isEmpty();
        assertThat(packs()).as("packs").isZero();
    }

    private long packs() throws IOException {
        try (Stream<Path> paths = Files.walk(holdfast.repository().resolve("data"))) {
            return paths.filter(Files::isRegularFile).count();
        }
    }

    @Test
    void whatMayBeReadComesBackWhateverTheRolePrefers() throws Exception {
        String id = withPassword().backup(url());
        assertComesBack(id);
        Path services = Files.writeString(
                place.path("services"),
                "[shop]\nhost=127.0.0.1\nport=" + SERVER.port() + "\nuser=limited\ndbname=" + DATABASE + "\n");
        assertComesBack(
                withPassword().with("PGSERVICEFILE", services.toString()).backup("postgresql://?service=shop"));
    }

    private void assertComesBack(String id) throws IOException, SQLException {
        Path target = Files.createTempDirectory(place.folder(), "restored");
        holdfast.run("restore", id, "--target", target.toString(), "--no-verify");
        String copy = PostgresFolder.below(target).into(SERVER, "copy " + id.substring(0, 8));
        DatabaseComparison.assertSame(DatabaseComparison.read(SERVER, DATABASE), DatabaseComparison.read(SERVER, copy));
        SERVER.run(PostgresServer.SUPERUSER, "DROP DATABASE " + PostgresServer.identifier(copy));
    }

    @Test
    void thePasswordIsSeenNowhere() throws Exception {
        Result done;
        try (HoldfastProcess backup = withPassword().start("backup", "--debug", url())) {
            while (backup.running()) {
                look();
            }
            done = Holdfast.finish(backup);
        }
        assertThat(done.exitCode()).as(done.all()).isZero();
        assertThat(done.all()).doesNotContain(PASSWORD);
        assertThat(seen).as("process lists").anyMatch(line -> line.contains("pg_dump"));
        assertThat(seen).noneMatch(line -> line.contains(PASSWORD));
        assertThat(SERVER.logText()).doesNotContain(PASSWORD);
        SERVER.run(PostgresServer.SUPERUSER, "ALTER ROLE limited PASSWORD 'another'");
        try (HoldfastProcess backup = withPassword().start("backup", "--debug", url())) {
            Result refused = backup.await(Duration.ofMinutes(1));
            assertThat(refused.exitCode()).as(refused.all()).isEqualTo(4);
            assertThat(refused.all()).contains("PSQLException").doesNotContain(PASSWORD);
        }
    }

    /// What any user sees of all processes; the server's own titles too.
    private void look() throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    byte[] words = Files.readAllBytes(process.resolve("cmdline"));
                    String line = new String(words, StandardCharsets.UTF_8).replace('\0', ' ');
                    if (!seen.contains(line)) {
                        seen.add(line);
                    }
                } catch (IOException _) {
                    // it has ended meanwhile
                }
            }
        }
    }
}
