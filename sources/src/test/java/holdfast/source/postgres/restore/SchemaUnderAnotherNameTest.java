package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.CheckResult;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.restore.RestoreOptions.Content;
import holdfast.source.postgres.restore.RestoreOptions.Part;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Goal: a schema comes back under another name beside the one that is there, exact in rows and
/// definitions, and nothing else is touched. Method: a schema with all that refers to a schema by
/// name; the copy is compared with the original after each is renamed to the same name.
@Tag("slow")
final class SchemaUnderAnotherNameTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final List<String> ROWS = List.of(
            "SELECT a::text FROM %s.article a ORDER BY 1",
            "SELECT o::text FROM %s.\"Order: all\" o ORDER BY 1",
            "SELECT n, m::text FROM %s.summary",
            "SELECT v::text FROM %s.v v ORDER BY 1",
            "SELECT p::text, p.tableoid::regclass::text LIKE '%%part_1' FROM %s.part p ORDER BY 1",
            "SELECT last_value, is_called FROM %s.article_id_seq",
            "SELECT last_value, is_called FROM %s.free",
            "SELECT last_value, is_called FROM %s.part_n_seq");

    private static StoredDatabase backup;

    @BeforeAll
    static void backUp() throws Exception {
        SERVER.database("source");
        SERVER.run(
                "postgres",
                "CREATE ROLE keeper",
                "CREATE ROLE reader",
                "CREATE ROLE plain LOGIN",
                "GRANT postgres, keeper TO plain");
        SERVER.run(
                "source",
                "CREATE EXTENSION citext",
                "CREATE EXTENSION IF NOT EXISTS hstore",
                "CREATE TABLE outside (id int PRIMARY KEY)",
                "INSERT INTO outside SELECT generate_series(1, 100)",
                "CREATE SCHEMA shop AUTHORIZATION keeper",
                "COMMENT ON SCHEMA shop IS 'shop.article is in shop'",
                "GRANT USAGE ON SCHEMA shop TO reader",
                "ALTER DEFAULT PRIVILEGES FOR ROLE keeper IN SCHEMA shop GRANT SELECT ON TABLES TO reader",
                "CREATE TYPE shop.state AS ENUM ('new', 'shop.old')",
                "CREATE DOMAIN shop.price AS numeric CHECK (VALUE > 0)",
                "CREATE SEQUENCE shop.free INCREMENT 5",
                "SELECT nextval('shop.free')",
                "CREATE FUNCTION shop.twice(p shop.price) RETURNS numeric LANGUAGE sql IMMUTABLE RETURN p * 2",
                "CREATE FUNCTION shop.count_in_text() RETURNS bigint LANGUAGE plpgsql AS"
                        + " $$ BEGIN RETURN (SELECT count(*) FROM shop.article); END $$",
                "CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS"
                        + " $$ BEGIN NEW.note := coalesce(NEW.note, '') || '!'; RETURN NEW; END $$",
                "CREATE TABLE shop.article (id serial PRIMARY KEY, name citext UNIQUE, price shop.price,"
                        + " state shop.state DEFAULT 'new', double numeric GENERATED ALWAYS AS (shop.twice(price)) STORED,"
                        + " tags hstore, note text DEFAULT 'shop.x; it''s', n bigint DEFAULT nextval('shop.free'),"
                        + " outside int REFERENCES outside)",
                "INSERT INTO shop.article (name, price, tags, outside) SELECT md5(g::text), g, 'shop=>\"shop.a\"',"
                        + " g % 100 + 1 FROM generate_series(1, 20000) g",
                "ALTER TABLE shop.article OWNER TO keeper",
                "CREATE TABLE shop.\"Order: all\" (id int PRIMARY KEY, article int NOT NULL REFERENCES shop.article,"
                        + " line text CHECK (line <> 'shop.article'))",
                "INSERT INTO shop.\"Order: all\" SELECT g, g, 'shop.' || g FROM generate_series(1, 5000) g",
                "CREATE INDEX ON shop.\"Order: all\" (article) WHERE line <> 'shop'",
                "CREATE TRIGGER touch BEFORE INSERT ON shop.article FOR EACH ROW EXECUTE FUNCTION shop.touch()",
                "CREATE VIEW shop.v AS SELECT a.id, shop.twice(a.price) AS t, o.id AS o FROM shop.article a"
                        + " JOIN public.outside o ON o.id = a.outside WHERE a.state <> 'shop.old'",
                "CREATE MATERIALIZED VIEW shop.summary AS SELECT count(*) AS n, max(price) AS m FROM shop.article",
                "CREATE UNIQUE INDEX ON shop.summary (n)",
                "CREATE TABLE shop.part (n int GENERATED BY DEFAULT AS IDENTITY, k int, PRIMARY KEY (n, k))"
                        + " PARTITION BY RANGE (k)",
                "CREATE TABLE shop.part_1 PARTITION OF shop.part FOR VALUES FROM (0) TO (10)",
                "CREATE TABLE shop.part_2 PARTITION OF shop.part FOR VALUES FROM (10) TO (20)",
                "INSERT INTO shop.part (k) SELECT g % 20 FROM generate_series(1, 1000) g",
                "ALTER TABLE shop.article ENABLE ROW LEVEL SECURITY",
                "CREATE POLICY readers ON shop.article FOR SELECT TO reader USING (id > (SELECT min(n) FROM shop.part_1))",
                "CREATE RULE nothing AS ON DELETE TO shop.\"Order: all\" DO INSTEAD NOTHING",
                "COMMENT ON COLUMN shop.article.name IS 'the name in shop.article'",
                "COMMENT ON FUNCTION shop.twice IS 'two'",
                "GRANT SELECT, UPDATE (name) ON shop.article TO reader",
                "GRANT EXECUTE ON FUNCTION shop.twice TO reader",
                "REVOKE EXECUTE ON FUNCTION shop.count_in_text FROM PUBLIC",
                "CREATE STATISTICS shop.stats ON id, price FROM shop.article",
                "CREATE AGGREGATE shop.total (shop.price) (SFUNC = numeric_add, STYPE = numeric)",
                "CREATE PUBLICATION news FOR TABLE shop.article",
                "CREATE TABLE public.shop (id int)");
        backup = new StoredDatabase(SERVER, "source");
    }

    @AfterAll
    static void closeRepository() throws IOException {
        backup.close();
    }

    @AfterEach
    void noDatabaseIsLeft() throws SQLException {
        assertThat(SERVER.ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE '%renaming%'"))
                .isEmpty();
    }

    private static Content named(String... pairs) {
        return new Content(List.of(), List.of(), Part.ALL, SchemaNames.of(List.of(pairs)));
    }

    private static String live(String name) throws SQLException {
        SERVER.run("postgres", "CREATE DATABASE \"" + name + "\" TEMPLATE source");
        SERVER.run(
                name,
                "DELETE FROM shop.article WHERE id > 17000",
                "ALTER TABLE shop.article ADD COLUMN more int DEFAULT 7");
        return name;
    }

    private static List<String> rows(String database, String schema) throws SQLException {
        List<String> rows = new ArrayList<>();
        for (String query : ROWS) {
            rows.addAll(SERVER.ask(database, query.formatted('"' + schema + '"')));
        }
        return rows;
    }

    /// What `pg_dump` says of a schema when it is called shop; the values of its sequences too.
    private static List<String> definitions(String database, String schema) throws Exception {
        SERVER.run(
                "postgres",
                "DROP DATABASE IF EXISTS compared",
                "CREATE DATABASE compared TEMPLATE " + PostgresServer.identifier(database));
        if (!schema.equals("shop")) {
            SERVER.run(
                    "compared",
                    "DROP SCHEMA IF EXISTS shop CASCADE",
                    "ALTER SCHEMA " + PostgresServer.identifier(schema) + " RENAME TO shop");
        }
        return backup
                .structure()
                .read(
                        new Connections(ConnectionTarget.of(SERVER.url("compared"), Map.of()), Duration.ofSeconds(10)),
                        "UTF8")
                .entries()
                .stream()
                .filter(entry -> "shop".equals(entry.namespace())
                        || String.valueOf(entry.tag()).matches("(SCHEMA )?shop"))
                .filter(entry -> !entry.is("PUBLICATION TABLE") && !"public".equals(entry.namespace()))
                .map(entry -> entry.description() + " " + entry.tag() + " of " + entry.owner() + ": "
                        + entry.definition() + (entry.is(TocEntry.TABLE_DATA) ? entry.copyStatement() : ""))
                .sorted()
                .toList();
    }

    private static void assertRight(DatabaseResult result) {
        assertThat(result.failures()).isEmpty();
        assertThat(result.checks()).filteredOn(check -> !check.passed()).isEmpty();
        assertThat(result.passed()).isTrue();
    }

    @Test
    void besideTheOneThatIsThere() throws Exception {
        String to = live("beside");
        List<String> before = rows(to, "shop");
        List<String> definedBefore = definitions(to, "shop");
        DatabaseResult result = backup.run(to, named("shop:shop old"), StoredDatabase.INTO);
        assertRight(result);
        assertThat(result.checks())
                .extracting(CheckResult::subject)
                .contains("structure", "table shop old.article", "table shop old.part_2");
        assertThat(rows(to, "shop old")).isEqualTo(rows("source", "shop")).hasSizeGreaterThan(26_000);
        assertThat(rows(to, "shop")).isEqualTo(before);
        assertThat(definitions(to, "shop")).isEqualTo(definedBefore);
        assertThat(definitions(to, "shop old")).isEqualTo(definitions("source", "shop"));
        assertThat(backup.log()).contains("schema shop as shop old");
        // it stands on its own
        SERVER.run(to, "DROP SCHEMA shop CASCADE", "INSERT INTO \"shop old\".article (name, price) VALUES ('x', 1)");
        assertThat(SERVER.ask(to, "SELECT id, state, double, note, n FROM \"shop old\".article WHERE name = 'x'"))
                .containsExactly("20001|new|2|shop.x; it's!|" + (5 * 20_001 + 1));
    }

    @Test
    void whatItDoesNotFollowIsSaidBeforehand() throws Exception {
        String to = live("warned");
        List<String> warnings = backup.restore(
                        SERVER.url(to), StoredDatabase.options(named("shop:then"), StoredDatabase.INTO))
                .plan()
                .warnings();
        assertThat(warnings).hasSize(2);
        assertThat(warnings.get(0))
                .isEqualTo("text in definitions stays as it is, so these go on to name shop, not then:"
                        + " FUNCTION count_in_text(), TABLE Order: all, TABLE article, VIEW v");
        assertThat(warnings.get(1)).contains("published by nobody");
        assertThat(SERVER.ask(to, "SELECT 1 FROM pg_namespace WHERE nspname = 'then'"))
                .isEmpty();
    }

    @Test
    void intoANewDatabaseItNeedsWhatLiesOutside() throws Exception {
        assertThatThrownBy(() -> backup.run("fresh", named("shop:then"), StoredDatabase.CREATE))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("definitions in it need public.outside");
        SERVER.run("postgres", "CREATE DATABASE fresh");
        SERVER.run(
                "fresh",
                "CREATE EXTENSION citext",
                "CREATE EXTENSION hstore",
                "CREATE TABLE outside (id int PRIMARY KEY)");
        SERVER.run("fresh", "INSERT INTO outside SELECT generate_series(1, 100)");
        assertRight(backup.run("fresh", named("shop:then"), StoredDatabase.INTO));
        assertThat(rows("fresh", "then")).isEqualTo(rows("source", "shop"));
        assertThat(definitions("fresh", "then")).isEqualTo(definitions("source", "shop"));
    }

    @Test
    void theSchemaThatEveryDatabaseHasLeavesItsExtensionsThere() throws Exception {
        String to = live("public");
        SERVER.run(to, "INSERT INTO outside VALUES (101)");
        assertRight(backup.run(to, named("shop:then", "public:common"), StoredDatabase.INTO));
        assertThat(SERVER.ask(to, "SELECT max(id) FROM common.outside")).containsExactly("100");
        assertThat(SERVER.ask(
                        to,
                        "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                                + " WHERE conrelid = '\"then\".article'::regclass AND contype = 'f'"))
                .containsExactly("FOREIGN KEY (outside) REFERENCES common.outside(id)");
        assertThat(SERVER.ask(to, "SELECT pg_typeof(name), pg_typeof(tags) FROM \"then\".article LIMIT 1"))
                .containsExactly("citext|hstore");
        assertThat(rows(to, "then")).isEqualTo(rows("source", "shop"));
    }

    @Test
    void aTableComesWithTheTypesAndFunctionsItNeeds() throws Exception {
        String to = live("table");
        assertRight(backup.run(
                to,
                new Content(List.of(), List.of("shop.article"), Part.ALL, SchemaNames.of(List.of("shop:then"))),
                StoredDatabase.INTO));
        String articles = "SELECT a::text FROM %s.article a ORDER BY 1";
        assertThat(SERVER.ask(to, articles.formatted("\"then\"")))
                .isEqualTo(SERVER.ask("source", articles.formatted("shop")));
        SERVER.run(to, "DROP SCHEMA shop CASCADE");
        assertThat(SERVER.ask(to, "SELECT count(*) FROM \"then\".article")).containsExactly("20000");
    }

    @Test
    void rowsAloneGoIntoTheTablesOfTheOtherName() throws Exception {
        String to = live("rows");
        assertRight(backup.run(to, named("shop:then"), StoredDatabase.INTO));
        SERVER.run(
                to,
                "UPDATE \"then\".article SET price = 1",
                "DELETE FROM \"then\".part",
                "SELECT nextval('\"then\".free')");
        List<String> before = rows(to, "shop");
        SERVER.run(to, "REFRESH MATERIALIZED VIEW \"then\".summary");
        Content content = new Content(List.of(), List.of(), Part.DATA_REPLACED, SchemaNames.of(List.of("shop:then")));
        assertRight(backup.run(to, content, StoredDatabase.INTO));
        SERVER.run(to, "REFRESH MATERIALIZED VIEW \"then\".summary");
        assertThat(rows(to, "then")).isEqualTo(rows("source", "shop"));
        assertThat(rows(to, "shop")).isEqualTo(before);
    }

    @Test
    void whatCannotBeIsRefusedBeforeAnythingIsTouched() throws Exception {
        String to = live("refused");
        SERVER.run(to, "CREATE SCHEMA taken");
        assertThatThrownBy(() -> backup.run(to, named("none:x"), StoredDatabase.INTO))
                .isInstanceOf(HoldfastException.BadUsage.class)
                .hasMessageContaining("no schema of the backup matches \"none\"");
        assertThatThrownBy(() -> backup.run(to, named("shop:taken"), StoredDatabase.INTO))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("has a schema taken already");
        Content other = new Content(List.of("public"), List.of(), Part.ALL, SchemaNames.of(List.of("shop:x")));
        assertThatThrownBy(() -> backup.run(to, other, StoredDatabase.INTO))
                .isInstanceOf(HoldfastException.BadUsage.class)
                .hasMessageContaining("no schema shop, or nothing of it is chosen");
        DatabaseRestore plain = backup.restore(
                SERVER.url(to).replace("postgres@", "plain@"),
                StoredDatabase.options(named("shop:x"), StoredDatabase.INTO));
        assertThatThrownBy(plain::plan)
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("may not create databases");
        for (String wrong : List.of("shop", "shop:", ":x", "shop:a:b", "shop:pg_x", "shop:public")) {
            assertThatThrownBy(() -> SchemaNames.of(List.of(wrong)))
                    .as(wrong)
                    .isInstanceOf(HoldfastException.BadUsage.class);
        }
        assertThatThrownBy(() -> SchemaNames.of(List.of("a:b", "b:c"))).isInstanceOf(HoldfastException.BadUsage.class);
        assertThat(SchemaNames.of(List.of("\"a:b\":\"c\"\"d\"")).names()).containsExactly(Map.entry("a:b", "c\"d"));
        assertThat(rows(to, "shop")).hasSizeGreaterThan(20_000);
    }
}
