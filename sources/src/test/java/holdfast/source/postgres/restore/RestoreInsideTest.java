package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.CheckResult;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.restore.RestoreOptions.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: a role that may not create databases replaces what is in its own, whole or not at all, and
/// what was there is kept. Method: as such a role into databases that hold something else, with
/// failures at every stage; everything in the database is compared.
@Tag("slow")
final class RestoreInsideTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final Placement REPLACE = new Placement(false, true, false);

    /// Everything of users in a schema, by number.
    private static final String OBJECTS = """
            SELECT n.nspname, k.kind, k.oid, k.name FROM pg_namespace n JOIN (
                SELECT 'r' AS kind, oid, relname AS name, relnamespace AS schema FROM pg_class
                UNION ALL SELECT 'p', oid, proname, pronamespace FROM pg_proc
                UNION ALL SELECT 't', oid, typname, typnamespace FROM pg_type) k ON k.schema = n.oid
            WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1, 2, 3""";

    private static final List<String> CONTENT = List.of(
            "SELECT a::text FROM shop.article a ORDER BY 1",
            "SELECT o::text FROM shop.\"Order\" o ORDER BY 1",
            "SELECT last_value FROM shop.article_id_seq",
            "SELECT line, mood FROM public.log ORDER BY 1",
            "SELECT public.twice(line) FROM public.log ORDER BY 1",
            "SELECT n FROM shop.summary",
            "SELECT nspname, nspowner::regrole, nspacl::text, obj_description(oid, 'pg_namespace') FROM pg_namespace"
                    + " WHERE nspname IN ('public', 'shop') ORDER BY 1",
            "SELECT conname, convalidated FROM pg_constraint WHERE conrelid <> 0"
                    + " AND connamespace::regnamespace::text IN ('public', 'shop') ORDER BY 1");

    @TempDir
    static Path folder;

    private static BackedUp backup;

    @BeforeAll
    static void backUp() throws Exception {
        SERVER.run("postgres", "CREATE ROLE tenant LOGIN", "CREATE DATABASE source OWNER tenant");
        // a body may be evil in one database
        tenant(
                "source",
                "CREATE SCHEMA shop",
                "CREATE FUNCTION public.good() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN"
                        + " IF current_database() = 'poisoned' THEN RAISE 'poisoned'; END IF; RETURN true; END $$",
                "CREATE TABLE shop.article (id serial PRIMARY KEY, name text UNIQUE, price numeric CHECK (price > 0))",
                "INSERT INTO shop.article (name, price) SELECT md5(g::text), g FROM generate_series(1, 3000) g",
                "CREATE TABLE shop.\"Order\" (id int PRIMARY KEY, article int NOT NULL REFERENCES shop.article)",
                "INSERT INTO shop.\"Order\" SELECT g, g FROM generate_series(1, 1000) g",
                "CREATE MATERIALIZED VIEW shop.summary AS SELECT count(*) AS n FROM shop.\"Order\"",
                "CREATE TYPE public.mood AS ENUM ('good', 'bad')",
                "CREATE TABLE public.log (line text CHECK (public.good()), mood public.mood)",
                "INSERT INTO public.log VALUES ('one', 'good')",
                "CREATE FUNCTION public.twice(text) RETURNS text LANGUAGE sql AS 'SELECT $1 || $1'",
                "GRANT SELECT ON shop.article TO PUBLIC");
        backup = new BackedUp(SERVER, "source", folder);
    }

    @AfterAll
    static void close() {
        backup.close();
    }

    private static String url(String database) {
        return SERVER.url(database).replace(PostgresServer.SUPERUSER + "@", "tenant@");
    }

    private static void tenant(String database, String... statements) throws SQLException {
        List<String> all = new ArrayList<>(List.of("SET ROLE tenant"));
        all.addAll(List.of(statements));
        SERVER.run(database, all.toArray(String[]::new));
    }

    /// Something else, with the same names and more.
    private static void live(String name) throws SQLException {
        SERVER.run("postgres", "CREATE DATABASE " + name + " OWNER tenant");
        tenant(
                name,
                "CREATE SCHEMA shop",
                "CREATE SCHEMA more",
                "CREATE TABLE shop.article (id int PRIMARY KEY, precious text)",
                "INSERT INTO shop.article VALUES (1, 'gold')",
                "CREATE TYPE public.mood AS ENUM ('sad')",
                "CREATE TABLE public.log (id serial PRIMARY KEY, mood public.mood) PARTITION BY RANGE (id)",
                "CREATE TABLE public.log_1 PARTITION OF public.log DEFAULT",
                "INSERT INTO public.log (mood) VALUES ('sad')",
                "CREATE VIEW more.seen AS SELECT l.mood, a.precious FROM public.log l, shop.article a",
                "CREATE FUNCTION public.of(public.log, public.mood) RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "CREATE AGGREGATE public.total(int) (SFUNC = int4pl, STYPE = int)",
                "CREATE OPERATOR public.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)");
    }

    private static DatabaseRestore restore(String into) throws IOException {
        return backup.restore(url(into), RestoreOptions.DEFAULTS.with(REPLACE), InstantSource.system());
    }

    private static DatabaseResult run(String into) throws IOException {
        DatabaseRestore restore = restore(into);
        return restore.run(restore.plan());
    }

    private static void assertRight(DatabaseResult result, String database) throws SQLException {
        assertThat(result.failures()).isEmpty();
        assertThat(result.checks()).filteredOn(check -> !check.passed()).isEmpty();
        assertThat(result.checks())
                .extracting(CheckResult::subject)
                .contains("structure", "relationships", "constraints", "table shop.article");
        assertThat(result.inPlace()).isTrue();
        for (String query : CONTENT) {
            assertThat(SERVER.ask(database, query)).as(query).isEqualTo(SERVER.ask("source", query));
        }
        assertThat(SERVER.ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE '" + database + "\\_%'"))
                .isEmpty();
    }

    @Test
    void whatIsThereGivesWayAndIsKept() throws Exception {
        live("plain");
        List<String> seen = SERVER.ask("plain", "SELECT * FROM more.seen");
        DatabaseRestore restore = restore("plain");
        DatabasePlan plan = restore.plan();
        assertThat(plan.changes()).isTrue();
        assertThat(plan.keptSchemas()).containsOnlyKeys("public", "shop", "more");
        assertThat(plan.warnings()).anyMatch(warning -> warning.contains("this role may not create databases"));
        assertRight(restore.run(plan), "plain");
        String more = plan.keptSchemas().getOrDefault("more", "");
        assertThat(SERVER.ask("plain", "SELECT * FROM " + more + ".seen")).isEqualTo(seen);

        // once more, with what the first has kept
        tenant("plain", "DROP TABLE shop.\"Order\" CASCADE", "INSERT INTO public.log VALUES ('two', 'bad')");
        DatabaseResult again = run("plain");
        assertRight(again, "plain");
        assertThat(again.plan().keptSchemas()).containsOnlyKeys("public", "shop");
        assertThat(SERVER.ask("plain", "SELECT * FROM " + more + ".seen")).isEqualTo(seen);
    }

    @Test
    void extensionsStayWhereTheyAre() throws Exception {
        live("extended");
        tenant(
                "extended",
                "CREATE EXTENSION citext SCHEMA public",
                "CREATE TABLE public.words (word public.citext)",
                "INSERT INTO public.words VALUES ('One')");
        DatabaseResult result = run("extended");
        assertRight(result, "extended");
        String kept = result.plan().keptSchemas().getOrDefault("public", "");
        assertThat(SERVER.ask("extended", "SELECT word = 'ONE' FROM " + kept + ".words"))
                .containsExactly("t");
        assertThat(SERVER.ask("extended", "SELECT mood FROM " + kept + ".log")).containsExactly("sad");
        assertThat(SERVER.ask("extended", "SELECT to_regtype('public.citext') IS NOT NULL"))
                .containsExactly("t");
    }

    @Test
    void whatIsNotRightIsTakenBack() throws Exception {
        Path queries =
                Files.writeString(folder.resolve("wrong.sql"), "-- expect: 7\nSELECT count(*) FROM shop.article;\n");
        for (String extension : List.of("", "CREATE EXTENSION citext SCHEMA public")) {
            String name = extension.isEmpty() ? "wrong" : "wrong_extended";
            live(name);
            tenant(name, extension.isEmpty() ? "SELECT 1" : extension);
            List<String> before = SERVER.ask(name, OBJECTS);
            DatabaseRestore restore = restore(name).asking(UserQueries.read(queries));
            DatabaseResult result = restore.run(restore.plan());
            assertThat(result.inPlace()).isFalse();
            assertThat(SERVER.ask(name, OBJECTS)).isEqualTo(before);
            assertThat(SERVER.ask(name, "SELECT * FROM more.seen")).containsExactly("sad|gold");
        }
    }

    @Test
    void aFailureOnTheWayChangesNothing() throws Exception {
        live("poisoned");
        List<String> before = SERVER.ask("poisoned", OBJECTS);
        DatabaseResult result = run("poisoned");
        assertThat(result.inPlace()).isFalse();
        assertThat(result.failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.reason()).contains("poisoned"));
        assertThat(SERVER.ask("poisoned", OBJECTS)).isEqualTo(before);
    }

    @Test
    void whoReadsGoesOnAndWhoWritesFindsTheNew() throws Exception {
        live("used");
        try (Connection reader = SERVER.connect("used");
                Statement statement = reader.createStatement();
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            reader.setAutoCommit(false);
            statement.executeQuery("SELECT * FROM shop.article").close();
            Future<DatabaseResult> restore = executor.submit(() -> run("used"));
            Future<?> writer = executor.submit(() -> {
                // until it is the new one
                while (SERVER.ask("used", "SELECT to_regclass('shop.\"Order\"')")
                        .getFirst()
                        .isEmpty()) {
                    SERVER.run("used", "UPDATE shop.article SET id = id");
                }
                return null;
            });
            assertRight(restore.get(), "used");
            writer.get();
            reader.rollback();
        }
    }

    @Test
    void whatLiesInNoSchemaIsRefused() throws Exception {
        live("publishing");
        tenant("publishing", "CREATE PUBLICATION news FOR TABLE shop.article");
        assertThatThrownBy(() -> restore("publishing").plan())
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("this role may not create databases; nor can what is in it be replaced")
                .hasMessageContaining("publication news, which lies in no schema");
        live("objects");
        tenant("objects", "SELECT lo_create(77)");
        assertThatThrownBy(() -> restore("objects").plan()).hasMessageContaining("large object 77");
    }

    /// In a schema that stays, as `public` does where a superuser owns it.
    @Test
    void whatCannotLeaveASchemaThatStaysIsRefused() throws Exception {
        live("immovable");
        SERVER.run("immovable", "ALTER SCHEMA public OWNER TO postgres");
        tenant("immovable", "CREATE TYPE shop.span AS RANGE (SUBTYPE = int)");
        assertThat(restore("immovable").plan().keptSchemas()).containsOnlyKeys("public", "shop", "more");
        SERVER.run("immovable", "CREATE TYPE public.span AS RANGE (SUBTYPE = int)");
        assertThatThrownBy(() -> restore("immovable").plan())
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining(
                        "nor can what is in it be replaced: type public.span cannot leave the schema public");
    }
}
