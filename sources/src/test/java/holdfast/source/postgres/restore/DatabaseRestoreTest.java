package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.backup.BackupResult;
import holdfast.backup.Backups;
import holdfast.model.CheckResult;
import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import holdfast.model.SourceRecord;
import holdfast.repository.Repository;
import holdfast.source.postgres.ClientPrograms;
import holdfast.source.postgres.DatabaseStructure;
import holdfast.source.postgres.PostgresOptions;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.PostgresSource;
import holdfast.source.postgres.archive.BrokenArchiveException;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.archive.TocReader;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.restore.RestoreOptions.Content;
import holdfast.source.postgres.restore.RestoreOptions.Part;
import holdfast.source.postgres.restore.RestoreOptions.Placement;
import holdfast.source.postgres.rows.CopyStatement;
import holdfast.storage.MemoryStorage;
import holdfast.view.StoredFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: a database comes back as it was, wherever to; one that stands there is replaced only by
/// one that is right, and is kept. Method: a backup of a live database, restored in every way,
/// compared with the source.
@Tag("slow")
final class DatabaseRestoreTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final List<String> CONTENT = List.of(
            "SELECT a::text FROM shop.article a ORDER BY 1",
            "SELECT o::text FROM shop.\"Order\" o ORDER BY 1",
            "SELECT last_value FROM shop.article_id_seq",
            "SELECT n FROM shop.summary",
            "SELECT conname, convalidated FROM pg_constraint WHERE contype = 'f' ORDER BY 1",
            "SELECT indexrelid::regclass::text, indisvalid FROM pg_index WHERE indexrelid >= 16384"
                    + " AND indexrelid::regclass::text NOT LIKE 'pg_toast%' ORDER BY 1");

    @TempDir
    static Path folder;

    private static Repository repository;
    private static BackupResult backup;
    private static String source;

    @BeforeAll
    static void backUp() throws Exception {
        source = SERVER.database("source");
        SERVER.run("postgres", "CREATE ROLE keeper", "ALTER DATABASE source SET work_mem = '5MB'");
        SERVER.run(
                source,
                "CREATE SCHEMA shop AUTHORIZATION keeper",
                "CREATE TABLE shop.article (id serial PRIMARY KEY, name text UNIQUE, price numeric CHECK (price > 0))",
                "INSERT INTO shop.article (name, price) SELECT md5(g::text), g FROM generate_series(1, 30000) g",
                "CREATE TABLE shop.\"Order\" (id int PRIMARY KEY, article int NOT NULL REFERENCES shop.article)",
                "INSERT INTO shop.\"Order\" SELECT g, g % 30000 + 1 FROM generate_series(1, 10000) g",
                "CREATE INDEX ON shop.\"Order\" (article)",
                "CREATE MATERIALIZED VIEW shop.summary AS SELECT count(*) AS n FROM shop.\"Order\"",
                "CREATE TABLE log (line text)",
                "INSERT INTO log VALUES ('one')");
        repository = Backups.init(new MemoryStorage());
        backup = Backups.backUp(
                repository,
                new PostgresSource(
                        target(source), programs(), PostgresOptions.DEFAULTS, folder, InstantSource.system()));
    }

    @AfterAll
    static void closeRepository() {
        repository.close();
    }

    private static ConnectionTarget target(String database) {
        return ConnectionTarget.of(SERVER.url(database), Map.of());
    }

    private static ClientPrograms programs() throws IOException {
        return ClientPrograms.find(SERVER.programs().path());
    }

    private static RestoreOptions options(Content content, Placement placement) {
        RestoreOptions usual = RestoreOptions.DEFAULTS;
        return new RestoreOptions(
                3,
                200_000,
                usual.timeout(),
                usual.connectTimeout(),
                64,
                content,
                placement,
                true,
                true,
                true,
                usual.checks());
    }

    private static DatabaseRestore restore(String into, Content content, Placement placement) throws IOException {
        return restore(into, content, placement, InstantSource.system());
    }

    private static DatabaseRestore restore(String into, Content content, Placement placement, InstantSource clock)
            throws IOException {
        SourceRecord record = backup.manifest().sources().getFirst();
        return new DatabaseRestore(
                new StoredDump(new StoredFolder(repository, backup.snapshot(), record.path())),
                record,
                target(into),
                options(content, placement),
                new DatabaseRestore.Surroundings(
                        new DatabaseStructure(programs(), 0, folder, Duration.ofSeconds(10)),
                        new Progress(),
                        _ -> {},
                        _ -> {},
                        clock));
    }

    private static DatabaseResult run(String into, Content content, Placement placement) throws IOException {
        DatabaseRestore restore = restore(into, content, placement);
        return restore.run(restore.plan());
    }

    private static void assertRight(DatabaseResult result, String database) throws Exception {
        assertThat(result.failures()).isEmpty();
        assertThat(result.checks()).filteredOn(check -> !check.passed()).isEmpty();
        assertThat(result.checks())
                .extracting(CheckResult::subject)
                .contains("structure", "relationships", "constraints", "table shop.article");
        assertThat(result.inPlace()).isTrue();
        for (String query : CONTENT) {
            assertThat(SERVER.ask(database, query)).as(query).isEqualTo(SERVER.ask(source, query));
        }
    }

    @Test
    void intoAnEmptyDatabase() throws Exception {
        String to = SERVER.database("empty");
        assertRight(run(to, Content.ALL, new Placement(false, false, false)), to);
    }

    @Test
    void intoANewDatabaseWithItsOwnSettings() throws Exception {
        assertThatThrownBy(() -> run("new one", Content.ALL, new Placement(false, false, false)))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("there is no such database");
        assertRight(run("new one", Content.ALL, new Placement(true, false, false)), "new one");
        assertThat(SERVER.ask("new one", "SHOW work_mem")).containsExactly("5MB");
    }

    @Test
    void inPlaceOfAFilledOneThatIsKept() throws Exception {
        String to = SERVER.database("live");
        SERVER.run(to, "CREATE TABLE precious (a int)", "INSERT INTO precious VALUES (42)");
        assertThatThrownBy(() -> run(to, Content.ALL, new Placement(false, false, false)))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("not empty");
        DatabaseResult result = run(to, Content.ALL, new Placement(false, true, false));
        assertRight(result, to);
        assertThat(SERVER.ask(result.plan().kept(), "SELECT a FROM precious")).containsExactly("42");
    }

    @Test
    void twoRestoresWithinOneSecondKeepBothDatabasesThatWereThere() throws Exception {
        String live = SERVER.database("quick");
        InstantSource clock = InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));
        for (String left : List.of("1", "2")) {
            SERVER.run(live, "DROP TABLE IF EXISTS log", "CREATE TABLE other AS SELECT " + left + " AS v");
            DatabaseRestore restore = restore(live, Content.ALL, new Placement(false, true, false), clock);
            assertRight(restore.run(restore.plan()), live);
        }
        assertThat(SERVER.ask("quick_before_restore_20260301120000", "SELECT v FROM other"))
                .containsExactly("1");
        assertThat(SERVER.ask("quick_before_restore_20260301120000_2", "SELECT v FROM other"))
                .containsExactly("2");
    }

    @Test
    void oneInUseIsReplacedOnlyWhenItsSessionsMayBeEnded() throws Exception {
        String to = SERVER.database("busy");
        SERVER.run(to, "CREATE TABLE precious (a int)");
        try (Connection user = SERVER.connect(to)) {
            assertThatThrownBy(() -> run(to, Content.ALL, new Placement(false, true, false)))
                    .isInstanceOf(HoldfastException.PreCheckFailed.class)
                    .hasMessageContaining("in use by 1 session");
            assertRight(run(to, Content.ALL, new Placement(false, true, true)), to);
            assertThat(user.isValid(5)).isFalse();
        }
    }

    @Test
    void aTableComesWithWhatBelongsToIt() throws Exception {
        String to = SERVER.database("part");
        SERVER.run(to, "CREATE TABLE other (a int)");
        DatabaseResult result =
                run(to, new Content(List.of(), List.of("shop.art*"), Part.ALL), new Placement(false, false, false));
        assertThat(result.failures()).isEmpty();
        assertThat(result.checks()).filteredOn(check -> !check.passed()).isEmpty();
        String articles = "SELECT a::text FROM shop.article a ORDER BY 1";
        assertThat(SERVER.ask(to, articles)).isEqualTo(SERVER.ask(source, articles));
        assertThat(SERVER.ask(to, "SELECT relname FROM pg_class WHERE relnamespace = 'shop'::regnamespace ORDER BY 1"))
                .containsExactly("article", "article_id_seq", "article_name_key", "article_pkey");
        assertThat(SERVER.ask(to, "SELECT nextval('shop.article_id_seq')")).containsExactly("30001");
        assertThatThrownBy(() ->
                        run(to, new Content(List.of("no*"), List.of(), Part.ALL), new Placement(false, false, false)))
                .isInstanceOf(HoldfastException.BadUsage.class)
                .hasMessageContaining("no schema of the backup matches no*");
    }

    private static void afterDamage(String to) throws Exception {
        run(to, Content.ALL, new Placement(true, false, false));
        SERVER.run(
                to,
                "CREATE FUNCTION boom() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'fired'; END; $$",
                "CREATE TRIGGER boom BEFORE INSERT ON shop.article FOR EACH ROW EXECUTE FUNCTION boom()",
                "UPDATE shop.article SET price = price + 1",
                "DELETE FROM shop.\"Order\" WHERE id > 100");
    }

    @Test
    void rowsAloneReplaceThoseThatAreThereWithoutTriggers() throws Exception {
        String to = "rows only";
        afterDamage(to);
        SERVER.run(to, "UPDATE log SET line = 'two'");
        DatabaseResult result = run(
                to, new Content(List.of("shop"), List.of(), Part.DATA_REPLACED), new Placement(false, false, false));
        assertThat(result.failures()).isEmpty();
        assertThat(result.checks()).filteredOn(check -> !check.passed()).isEmpty();
        for (String query : CONTENT.subList(0, 3)) {
            assertThat(SERVER.ask(to, query)).as(query).isEqualTo(SERVER.ask(source, query));
        }
        assertThat(SERVER.ask(to, "SELECT line FROM log")).containsExactly("two");
    }

    @Test
    void rowsAreNotTakenFromUnderThoseThatReferToThem() throws Exception {
        String to = "referred";
        afterDamage(to);
        assertThatThrownBy(() -> run(
                        to,
                        new Content(List.of(), List.of("shop.article"), Part.DATA_REPLACED),
                        new Placement(false, false, false)))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("shop.Order refers to it");
        assertThat(SERVER.ask(to, "SELECT count(*) FROM shop.article")).containsExactly("30000");
    }

    @Test
    void appendedRowsThatReferToNoneAreFound() throws Exception {
        String to = "appended";
        afterDamage(to);
        SERVER.run(to, "DELETE FROM shop.\"Order\"", "DELETE FROM shop.article WHERE id = 5");
        DatabaseResult result = run(
                to,
                new Content(List.of(), List.of("shop.\"Order\""), Part.DATA_APPENDED),
                new Placement(false, false, false));
        assertThat(result.checks())
                .filteredOn(check -> !check.passed())
                .extracting(CheckResult::detail)
                .containsExactly("1 row without the row in shop.article that it refers to");
    }

    @Test
    void theUsersQueriesDecideWhetherItTakesItsPlace() throws Exception {
        Path file = folder.resolve("queries.sql");
        Files.writeString(file, """
                -- of the shop
                -- expect: 30000|30000
                SELECT count(*), max(id)
                FROM shop.article;
                -- expect: t
                SELECT bool_and(price > 0) FROM shop.article
                """);
        DatabaseRestore right =
                restore("asked", Content.ALL, new Placement(true, false, false)).asking(UserQueries.read(file));
        DatabaseResult result = right.run(right.plan());
        assertRight(result, "asked");
        assertThat(result.checks()).extracting(CheckResult::subject).contains("query of line 2", "query of line 5");

        Files.writeString(
                file, "-- expect: 7\nSELECT count(*) FROM shop.article;\n-- expect: 1\nDELETE FROM shop.article\n");
        SERVER.run("asked", "CREATE TABLE mark (a int)");
        DatabaseRestore wrong =
                restore("asked", Content.ALL, new Placement(true, true, false)).asking(UserQueries.read(file));
        DatabaseResult refused = wrong.run(wrong.plan());
        assertThat(refused.inPlace()).isFalse();
        assertThat(refused.checks())
                .filteredOn(check -> !check.passed())
                .extracting(CheckResult::detail)
                .containsExactlyInAnyOrder(
                        "gives 30000, expected is 7", "cannot execute DELETE in a read-only transaction");
        assertThat(SERVER.ask("asked", "SELECT count(*) FROM mark")).containsExactly("0");
        assertThat(SERVER.ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'asked_%'"))
                .isEmpty();
    }

    @Test
    void aSchemaAloneDoesNotTakeThePlaceOfRows() throws Exception {
        String to = SERVER.database("with rows");
        SERVER.run(to, "CREATE TABLE precious (a int)");
        assertThatThrownBy(() ->
                        run(to, new Content(List.of(), List.of(), Part.SCHEMA_ONLY), new Placement(true, true, false)))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("its rows would go");
    }

    /// What stands in a table of contents runs with the rights of the role that restores, in no
    /// psql: a COPY statement that is none, and names that break out of their quotes, get nowhere.
    @Test
    void aForgedCopyStatementRunsNothing() throws Exception {
        SourceRecord record = backup.manifest().sources().getFirst();
        StoredFolder stored = new StoredFolder(repository, backup.snapshot(), record.path());
        TableOfContents toc;
        try (InputStream in = stored.open(TableOfContents.NAME, 0)) {
            toc = TocReader.read(in);
        }
        for (String forged : List.of(
                "COPY shop.article (id) FROM PROGRAM 'touch /tmp/owned'; COPY shop.article (id) FROM stdin;",
                "COPY shop.article (id) FROM '/etc/passwd' --FROM stdin;",
                "COPY (DELETE FROM shop.article RETURNING 1) TO stdout; FROM stdin;",
                "DROP TABLE shop.article; COPY shop.article FROM stdin;")) {
            TocEntry entry = toc.entries().stream()
                    .filter(one -> one.is(TocEntry.TABLE_DATA))
                    .findFirst()
                    .orElseThrow();
            TocEntry changed = new TocEntry(
                    entry.dumpId(),
                    true,
                    entry.tableOid(),
                    entry.oid(),
                    entry.tag(),
                    entry.description(),
                    entry.section(),
                    "",
                    "",
                    forged,
                    entry.namespace(),
                    entry.tablespace(),
                    entry.accessMethod(),
                    entry.relationKind(),
                    entry.owner(),
                    entry.withOids(),
                    entry.dependencies());
            assertThatThrownBy(() -> CopyStatement.of(changed)).as(forged).isInstanceOf(BrokenArchiveException.class);
        }
    }
}
