package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.Progress;
import holdfast.model.TableRecord;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.archive.FolderFiles;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.archive.TocReader;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: what a dump holds stands in the target afterwards, just as `pg_restore` would have put it
/// there, however its rows are cut into segments. Method: stock `pg_dump` makes the dump; schema
/// and rows are compared with the source.
@Tag("slow")
final class LoadingTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    @TempDir
    static Path folder;

    private static String run(String program, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(SERVER.programs().program(program).toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private static Path dump(String database) throws Exception {
        Path dump = folder.resolve(database + ".dump");
        if (!Files.exists(dump)) {
            run("pg_dump", "--format=directory", "--compress=0", "--file=" + dump, "--dbname=" + SERVER.url(database));
        }
        return dump;
    }

    private static TableOfContents toc(Path dump) throws Exception {
        try (InputStream in = Files.newInputStream(dump.resolve(TableOfContents.NAME))) {
            return TocReader.read(in);
        }
    }

    /// Without the random key of each dump.
    private static String schema(String database) throws Exception {
        return run("pg_dump", "--schema-only", "--dbname=" + SERVER.url(database))
                .replaceAll("(?m)^\\\\(un)?restrict .*$", "");
    }

    private static Map<String, TableRecord> recorded(String database, TableOfContents toc) throws Exception {
        Map<String, TableRecord> tables = new HashMap<>();
        for (TocEntry entry : toc.entries()) {
            if (entry.is(TocEntry.TABLE_DATA)) {
                String table = PostgresServer.identifier(String.valueOf(entry.namespace())) + "."
                        + PostgresServer.identifier(String.valueOf(entry.tag()));
                long rows = Long.parseLong(SERVER.ask(database, "SELECT count(*) FROM ONLY " + table)
                        .getFirst());
                String name = Loading.name(entry);
                tables.put(name, new TableRecord(name, rows, holdfast.model.Fingerprint.EMPTY));
            }
        }
        return tables;
    }

    private static RestoreStatus load(String from, String to, long segmentBytes) throws Exception {
        Path dump = dump(from);
        TableOfContents toc = toc(dump);
        RestoreStatus status = new RestoreStatus(_ -> {});
        InstantSource clock = InstantSource.system();
        TargetSession.Manner manner = new TargetSession.Manner(
                TargetEncoding.of("UTF8", "UTF8"), List.of(), Deadline.in(Duration.ofMinutes(5), clock), _ -> {});
        new Loading(
                        Sessions.of(
                                new Connections(ConnectionTarget.of(SERVER.url(to), Map.of()), Duration.ofSeconds(10)),
                                manner),
                        toc,
                        new FolderFiles(dump),
                        recorded(from, toc),
                        new Loading.Setting(
                                3,
                                segmentBytes,
                                manner,
                                new SortMemory(64),
                                new EntrySql(toc, true, true),
                                TableLoad.Fresh.NEW,
                                RowMasking.NONE),
                        status,
                        new Progress(),
                        clock)
                .run(toc.entries());
        return status;
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 1000, 1 << 20, 64 << 20})
    void everyRowArrivesOnceHoweverTheTableIsCut(long segmentBytes) throws Exception {
        String from = "rows";
        if (!SERVER.ask("postgres", "SELECT datname FROM pg_database").contains(from)) {
            SERVER.database(from);
            SERVER.run(
                    from,
                    "CREATE TABLE small (id int, body text)",
                    "INSERT INTO small SELECT g, repeat('x', g % 40) FROM generate_series(1, 60) g",
                    "INSERT INTO small VALUES (61, E'\\n\\n\\\\.\\n'), (62, '\\.')",
                    "CREATE TABLE one (a text)",
                    "INSERT INTO one VALUES ('')",
                    "CREATE TABLE none (a text)",
                    "CREATE TABLE columnless ()",
                    "INSERT INTO columnless DEFAULT VALUES",
                    "INSERT INTO columnless DEFAULT VALUES");
        }
        String to = SERVER.database("rows" + segmentBytes);
        RestoreStatus status = load(from, to, segmentBytes);
        assertThat(status.failures()).isEmpty();
        assertThat(status.tables()).allMatch(table -> table.state() == RestoreStatus.State.RESTORED);
        for (String table : List.of("small", "one", "none", "columnless")) {
            String rows = "SELECT t::text FROM " + table + " t ORDER BY 1";
            assertThat(SERVER.ask(to, rows)).as(table).isEqualTo(SERVER.ask(from, rows));
        }
    }

    @Test
    void schemaRowsAndLargeObjectsAreThoseOfTheSource() throws Exception {
        String from = SERVER.database("source");
        SERVER.run("postgres", "CREATE ROLE \"some owner\"", "CREATE ROLE reader");
        SERVER.run(
                from,
                "CREATE SCHEMA \"o\"\"dd\" AUTHORIZATION \"some owner\"",
                "CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text UNIQUE)",
                "INSERT INTO a (body) SELECT md5(g::text) FROM generate_series(1, 20000) g",
                "CREATE TABLE \"o\"\"dd\".b (id serial PRIMARY KEY, a int REFERENCES a, self int REFERENCES \"o\"\"dd\".b)",
                "INSERT INTO \"o\"\"dd\".b (a, self) SELECT g, g FROM generate_series(1, 5000) g",
                "ALTER TABLE \"o\"\"dd\".b OWNER TO \"some owner\"",
                "CREATE INDEX ON a (length(body))",
                "CREATE FUNCTION f(int, VARIADIC text[]) RETURNS int BEGIN ATOMIC SELECT CASE WHEN $1 > 1 THEN 2 END; SELECT 1; END",
                "ALTER FUNCTION f OWNER TO \"some owner\"",
                "CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END; $$",
                "CREATE TRIGGER tr BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION t()",
                "CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'x'; END; $$",
                "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION et()",
                "COMMENT ON EVENT TRIGGER e IS 'about {d ''2020''} ? and :x'",
                "CREATE MATERIALIZED VIEW mv AS SELECT count(*) AS n FROM a",
                "CREATE UNIQUE INDEX ON mv (n)",
                "CREATE TABLE p (id int, k text) PARTITION BY LIST (k)",
                "CREATE TABLE p1 PARTITION OF p FOR VALUES IN ('1') PARTITION BY RANGE (id)",
                "CREATE TABLE p11 PARTITION OF p1 FOR VALUES FROM (0) TO (100)",
                "CREATE INDEX ON p (id)",
                "INSERT INTO p SELECT g, '1' FROM generate_series(0, 99) g",
                "GRANT SELECT (body), INSERT ON a TO reader WITH GRANT OPTION",
                "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader",
                "CREATE SEQUENCE s INCREMENT -3 START 7 MAXVALUE 10 MINVALUE -100 CYCLE",
                "SELECT nextval('s'), nextval('s')",
                "SELECT lo_from_bytea(1, decode(repeat('00ff0a', 300000), 'hex')), lo_create(2)",
                "ALTER LARGE OBJECT 1 OWNER TO \"some owner\"",
                "GRANT SELECT ON LARGE OBJECT 1 TO reader",
                "COMMENT ON LARGE OBJECT 1 IS 'large'");
        String to = SERVER.database("target");
        RestoreStatus status = load(from, to, 100_000);
        assertThat(status.failures()).isEmpty();
        assertThat(schema(to)).isEqualTo(schema(from));
        for (String rows : List.of(
                "SELECT t::text FROM a t ORDER BY 1",
                "SELECT t::text FROM \"o\"\"dd\".b t ORDER BY 1",
                "SELECT t::text FROM p t ORDER BY 1",
                "SELECT n FROM mv",
                "SELECT last_value, is_called FROM s",
                "SELECT last_value, is_called FROM a_id_seq",
                "SELECT oid, md5(lo_get(oid)), lomowner::regrole, lomacl FROM pg_largeobject_metadata ORDER BY 1")) {
            assertThat(SERVER.ask(to, rows)).as(rows).isEqualTo(SERVER.ask(from, rows));
        }
    }

    @Test
    void whatFailsIsNamedAndTheRestIsThere() throws Exception {
        String from = SERVER.database("partly");
        SERVER.run(
                from,
                "CREATE TABLE good (id int PRIMARY KEY)",
                "INSERT INTO good VALUES (1)",
                "CREATE TABLE taken (id int PRIMARY KEY, more text)",
                "INSERT INTO taken VALUES (1, 'x')");
        String to = SERVER.database("occupied");
        SERVER.run(to, "CREATE TABLE taken (id int)");
        RestoreStatus status = load(from, to, 1 << 20);
        assertThat(status.failures())
                .extracting(RestoreStatus.Failure::object)
                .contains("TABLE public.taken", "table public.taken");
        assertThat(status.tables())
                .extracting(RestoreStatus.Table::name, RestoreStatus.Table::state)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("public.good", RestoreStatus.State.RESTORED),
                        org.assertj.core.groups.Tuple.tuple("public.taken", RestoreStatus.State.FAILED));
        assertThat(SERVER.ask(to, "SELECT id FROM good")).containsExactly("1");
    }
}
