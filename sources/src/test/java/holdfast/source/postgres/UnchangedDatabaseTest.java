package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.backup.BackupResult;
import holdfast.backup.Backups;
import holdfast.repository.Repository;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.storage.MemoryStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: a second backup of a database in which nothing changed says so and stores nearly nothing,
/// and one in which the smallest thing changed does not.
@Tag("slow")
final class UnchangedDatabaseTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    @TempDir
    static Path folder;

    private static String database;

    @BeforeAll
    static void makeDatabase() throws SQLException {
        database = SERVER.database("shop");
        SERVER.run(
                database,
                "CREATE ROLE app",
                "CREATE TABLE orders (id serial PRIMARY KEY, body text)",
                "INSERT INTO orders (body) SELECT repeat(md5(g::text), 10) FROM generate_series(1, 60000) g",
                "CREATE TABLE items (id int REFERENCES orders)",
                "INSERT INTO items SELECT g FROM generate_series(1, 1000) g",
                "CREATE SEQUENCE numbers",
                "CREATE VIEW totals AS SELECT count(*) FROM orders",
                "SELECT lo_from_bytea(4711, 'one')");
    }

    private static PostgresSource source() throws IOException {
        return new PostgresSource(
                ConnectionTarget.of(SERVER.url(database), Map.of()),
                ClientPrograms.find(SERVER.programs().path()),
                PostgresOptions.DEFAULTS,
                folder,
                InstantSource.system());
    }

    @Test
    void theSecondBackupOfAnUnchangedDatabaseSaysSo() throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult first = Backups.backUp(repository, source());
            // what maintenance does to a table changes no row
            SERVER.run(database, "VACUUM FREEZE orders", "ANALYZE", "CHECKPOINT");
            BackupResult second = Backups.backUp(repository, source());
            assertThat(first.unchanged()).isFalse();
            assertThat(second.unchanged()).isTrue();
            assertThat(second.summary().dataAddedPacked())
                    .isLessThan(first.summary().dataAddedPacked() / 50);
            assertThat(second.manifest().sources().getFirst().tables())
                    .isEqualTo(first.manifest().sources().getFirst().tables());
            assertThat(Backups.contents(repository, second.snapshot()))
                    .containsExactlyEntriesOf(Backups.contents(repository, first.snapshot()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE orders SET body = body || '.' WHERE id = 30000",
                "SELECT nextval('numbers')",
                "COMMENT ON TABLE items IS 'what was ordered'",
                "SELECT lo_put(4711, 0, 'two')",
                "ALTER ROLE app SET work_mem = '5MB'"
            })
    void whateverChangedIsSeen(String statement) throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult first = Backups.backUp(repository, source());
            SERVER.run(database, statement);
            BackupResult second = Backups.backUp(repository, source());
            assertThat(second.unchanged()).isFalse();
            assertThat(second.summary().filesChanged()).isEqualTo(1);
            assertThat(second.summary().dataAddedPacked())
                    .isLessThan(first.summary().dataAddedPacked() / 2);
        }
    }

    @Test
    void stockPgRestoreReadsATableOfContentsWithoutDate() throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult backup = Backups.backUp(repository, source());
            Path dump = Files.createTempDirectory(folder, "restored");
            for (Map.Entry<String, byte[]> file :
                    Backups.contents(repository, backup.snapshot()).entrySet()) {
                String name = file.getKey().substring(file.getKey().lastIndexOf('/') + 1);
                Files.write(dump.resolve(name), file.getValue());
            }
            List<String> command =
                    List.of(SERVER.programs().program("pg_restore").toString(), "--list", dump.toString());
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String list = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(list).isZero();
            assertThat(list).contains("Archive created at 2000-01-01 00:00:00", "TABLE DATA public orders postgres");
        }
    }

    @Test
    void theKeyOfAScriptOfRolesIsTheSameEveryTimeAndFollowsFromTheScript() {
        String one = globals("aaaaaaaaaaaaaaaaaaaaaaaa", "CREATE ROLE app;");
        String other = globals("bbbbbbbbbbbbbbbbbbbbbbbb", "CREATE ROLE app;");
        assertThat(one).isEqualTo(other).containsPattern("(?m)^\\\\restrict (\\w{64})$[^$]*^\\\\unrestrict \\1$");
        assertThat(globals("aaaaaaaaaaaaaaaaaaaaaaaa", "CREATE ROLE app2;").substring(0, 60))
                .isNotEqualTo(one.substring(0, 60));
        String old = "--\n-- PostgreSQL database cluster dump\n--\n";
        assertThat(Globals.repeatable(old.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(old.getBytes(StandardCharsets.UTF_8));
    }

    private static String globals(String key, String statement) {
        String script = "--\n\\restrict " + key + "\n" + statement + "\n\\unrestrict " + key + "\n";
        return new String(Globals.repeatable(script.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }
}
