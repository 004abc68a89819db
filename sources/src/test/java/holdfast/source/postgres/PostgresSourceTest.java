package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.backup.BackupResult;
import holdfast.backup.Backups;
import holdfast.model.CheckResult;
import holdfast.model.ProofLevel;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.repository.Repository;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocReader;
import holdfast.source.postgres.archive.TocWriter;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.storage.MemoryStorage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: what is stored of a database is, file for file, what `pg_dump` writes in directory format,
/// though its tables were read in pieces by several connections; and its proof finds every change.
/// Method: both from one database that nobody changes.
@Tag("slow")
final class PostgresSourceTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    @TempDir
    static Path folder;

    private static String database;

    @BeforeAll
    static void makeDatabase() throws SQLException {
        database = SERVER.database("shop / 100%");
        SERVER.run(
                database,
                "CREATE TABLE large (id int PRIMARY KEY, body text, b bytea)",
                "INSERT INTO large SELECT g, repeat(md5(g::text), 20), decode(md5(g::text), 'hex')"
                        + " FROM generate_series(1, 250000) g",
                "DELETE FROM large WHERE id BETWEEN 1000 AND 20000",
                "CREATE TABLE odd (\"a b\" text, \"c\"\"d\" text, \"Ü\" int GENERATED ALWAYS AS (1) STORED, e int)",
                "INSERT INTO odd VALUES (E'tab\\t line\\n back\\\\ dot\\\\.', '\\.'), (NULL, ''), (E'\\r', 'ü')",
                "ALTER TABLE odd DROP COLUMN e",
                "CREATE TABLE nothing ()",
                "INSERT INTO nothing DEFAULT VALUES",
                "INSERT INTO nothing DEFAULT VALUES",
                "CREATE SCHEMA \"we \"\"ird.\"",
                "CREATE TABLE \"we \"\"ird.\".\"na.me (x)\" (a int)",
                "INSERT INTO \"we \"\"ird.\".\"na.me (x)\" VALUES (1)",
                "CREATE TABLE p (id int, k text) PARTITION BY RANGE (id)",
                "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100)",
                "INSERT INTO p SELECT g, g::text FROM generate_series(0, 99) g",
                "CREATE TABLE child (more int) INHERITS (large)",
                "INSERT INTO child VALUES (1, 'x', NULL, 2)",
                // what an enum hashes to depends on its oids, so pg_dump has the rows go through the root again
                "CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad')",
                "CREATE TABLE moods (m mood, a int) PARTITION BY HASH (m)",
                "CREATE TABLE moods_0 PARTITION OF moods FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
                "CREATE TABLE moods_1 PARTITION OF moods FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
                "INSERT INTO moods SELECT m, g FROM unnest(enum_range(NULL::mood)) m, generate_series(1, 3) g",
                "CREATE UNLOGGED TABLE unlogged (a int)",
                "INSERT INTO unlogged VALUES (1)",
                "CREATE MATERIALIZED VIEW mv AS SELECT count(*) FROM large",
                "SELECT lo_from_bytea(4711, 'one')",
                "SELECT lo_from_bytea(4712, decode(repeat('00ff0a', 100000), 'hex'))",
                "SELECT lo_create(4713)");
    }

    private static PostgresSource source() throws IOException {
        return source(database);
    }

    private static PostgresSource source(String database) throws IOException {
        return new PostgresSource(
                ConnectionTarget.of(SERVER.url(database), Map.of()),
                ClientPrograms.find(SERVER.programs().path()),
                PostgresOptions.DEFAULTS,
                folder,
                InstantSource.system());
    }

    /// Writes what is stored below the source's path into a folder.
    private static Path restored(Repository repository, BackupResult backup) throws IOException {
        Path target = Files.createTempDirectory(folder, "restored");
        SourceRecord record = backup.manifest().sources().getFirst();
        for (Map.Entry<String, byte[]> file :
                Backups.contents(repository, backup.snapshot()).entrySet()) {
            assertThat(file.getKey()).startsWith(record.path() + "/");
            Files.write(target.resolve(file.getKey().substring(record.path().length() + 1)), file.getValue());
        }
        return target;
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

    private static Map<String, byte[]> files(Path directory) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (var names = Files.newDirectoryStream(directory)) {
            for (Path file : names) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    @Test
    void everyFileIsTheOneThatPgDumpWrites() throws Exception {
        assertAsPgDump(database);
    }

    @Test
    void ofAnExtensionsTableTheRowsAreStoredThatTheExtensionDoesNotMake() throws Exception {
        String extended = SERVER.database("extended");
        SERVER.run(
                extended,
                "CREATE EXTENSION tcn",
                "CREATE TABLE \"con fig\" (id int, \"own\" boolean)",
                "INSERT INTO \"con fig\" VALUES (1, false), (2, true), (3, true)",
                "CREATE TABLE whole (id int)",
                "INSERT INTO whole VALUES (1)",
                "CREATE TABLE without (id int)",
                "INSERT INTO without VALUES (1)",
                "ALTER EXTENSION tcn ADD TABLE \"con fig\"",
                "ALTER EXTENSION tcn ADD TABLE whole",
                "ALTER EXTENSION tcn ADD TABLE without",
                // only the script of an extension may call pg_extension_config_dump
                "UPDATE pg_extension SET extconfig = ARRAY['\"con fig\"'::regclass::oid, 'whole'::regclass::oid],"
                        + " extcondition = ARRAY['WHERE \"own\"', ''] WHERE extname = 'tcn'");
        assertAsPgDump(extended);
    }

    private static void assertAsPgDump(String database) throws Exception {
        Path stock = Files.createTempDirectory(folder, "stock").resolve("dump");
        run("pg_dump", "--format=directory", "--compress=0", "--file=" + stock, "--dbname=" + SERVER.url(database));
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult backup = Backups.backUp(repository, source(database));
            Map<String, byte[]> expected = files(stock);
            Map<String, byte[]> ours = files(restored(repository, backup));
            byte[] globals = ours.remove(Globals.NAME);
            assertThat(new String(globals, StandardCharsets.UTF_8)).contains("CREATE ROLE postgres");
            assertThat(ours.keySet()).isEqualTo(expected.keySet());
            // ours has no date
            TableOfContents toc = TocReader.read(new ByteArrayInputStream(expected.get("toc.dat")));
            expected.put("toc.dat", TocWriter.write(toc.undated()));
            for (Map.Entry<String, byte[]> file : expected.entrySet()) {
                assertThat(ours.get(file.getKey())).as(file.getKey()).isEqualTo(file.getValue());
            }
            assertThat(backup.manifest().complete()).isTrue();
            assertThat(backup.manifest().sources().getFirst().path())
                    .endsWith("/" + database.replace("%", "%25").replace("/", "%2F"));
        }
    }

    @Test
    void rowsAreCountedAndStockPgRestoreTakesThem() throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult backup = Backups.backUp(repository, source());
            Path dump = restored(repository, backup);
            String copy = SERVER.database("copy");
            run("pg_restore", "--exit-on-error", "--jobs=2", "--dbname=" + SERVER.url(copy), dump.toString());
            for (TableRecord table : backup.manifest().sources().getFirst().tables()) {
                if (table.name().equals(DatabaseCapture.LARGE_OBJECTS)) {
                    assertThat(table.rows()).isEqualTo(3);
                    continue;
                }
                if (table.name().startsWith("public.moods_")) {
                    continue; // the copy's enum hashes its rows to other partitions
                }
                // names with a dot in them are quoted already
                String quoted = table.name().startsWith("public.")
                        ? "public." + PostgresServer.identifier(table.name().substring("public.".length()))
                        : table.name();
                assertThat(SERVER.ask(copy, "SELECT count(*) FROM ONLY " + quoted))
                        .as(table.name())
                        .containsExactly(Long.toString(table.rows()));
            }
            assertThat(SERVER.ask(copy, "SELECT m, a FROM moods ORDER BY 1, 2"))
                    .isEqualTo(SERVER.ask(database, "SELECT m, a FROM moods ORDER BY 1, 2"));
            String rows = "SELECT md5(string_agg(l::text, ',' ORDER BY id)) FROM large l";
            assertThat(SERVER.ask(copy, rows)).isEqualTo(SERVER.ask(database, rows));
        }
    }

    @Test
    void theProofFindsEveryFileThatIsNotWhatWasRead() throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult backup = Backups.backUp(repository, source());
            SourceRecord record = backup.manifest().sources().getFirst();
            Path dump = restored(repository, backup);
            assertThat(inspector().inspect(record, dump, ProofLevel.SOUND))
                    .hasSize(record.tables().size())
                    .allMatch(CheckResult::passed);
            for (String file : files(dump).keySet()) {
                if (!file.matches("\\d+\\.dat|toc.dat")) {
                    continue;
                }
                byte[] content = Files.readAllBytes(dump.resolve(file));
                byte[] changed = content.clone();
                changed[0] ^= 1;
                Files.write(dump.resolve(file), changed);
                assertThat(inspector().inspect(record, dump, ProofLevel.SOUND))
                        .as(file)
                        .anyMatch(check -> !check.passed());
                Files.write(dump.resolve(file), content);
            }
        }
    }

    private static PostgresInspector inspector() {
        return new PostgresInspector(SERVER.programs().path(), folder);
    }

    @Test
    void aServerOfItsOwnProvesTheDumpAndIsGoneAfterwards() throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult backup = Backups.backUp(repository, source());
            SourceRecord record = backup.manifest().sources().getFirst();
            Path dump = restored(repository, backup);
            List<CheckResult> checks = inspector().inspect(record, dump, ProofLevel.IDENTICAL);
            assertThat(checks).filteredOn(check -> !check.passed()).isEmpty();
            assertThat(checks)
                    .extracting(CheckResult::subject)
                    .contains(record.location() + ": structure", record.location() + ": table public.large");
            try (Stream<Path> left = Files.list(folder)) {
                assertThat(left).noneMatch(path -> path.getFileName().toString().startsWith("holdfast-server"));
            }
        }
    }
}
