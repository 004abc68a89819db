package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.CheckResult;
import holdfast.model.HoldfastException;
import holdfast.model.SequenceRecord;
import holdfast.model.TableRecord;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.restore.RestoreOptions.Content;
import holdfast.source.postgres.restore.RestoreOptions.Part;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Goal: a database that is not UTF-8 comes back byte for byte, names and rows. Method: names and
/// values of every byte that its encoding has, some of which could be taken for UTF-8; restored in
/// every way, compared by what the server makes of the very bytes.
@Tag("slow")
final class OtherEncodingsTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    @RegisterExtension
    static final PostgresServer SANDBOX = new PostgresServer();

    /// With names of a schema, a table and a column beyond ASCII.
    enum Encoding {
        LATIN1(StandardCharsets.ISO_8859_1, "Gärten", "Ã©té", "größe \u00fe"),
        LATIN9(Charset.forName("ISO-8859-15"), "Gärten", "été", "größe €"),
        WIN1251(Charset.forName("windows-1251"), "сады", "лето", "размер"),
        EUC_JP(Charset.forName("EUC-JP"), "庭", "夏", "大きさ"),
        SQL_ASCII(StandardCharsets.ISO_8859_1, asBytes("Gärten"), asBytes("été"), asBytes("größe"));

        private final Charset charset;
        private final String schema;
        private final String table;
        private final String column;

        Encoding(Charset charset, String schema, String table, String column) {
            this.charset = charset;
            this.schema = schema;
            this.table = table;
            this.column = column;
        }

        /// What UTF-8 looks like to somebody who takes each byte for a letter.
        private static String asBytes(String text) {
            return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        }

        /// Bytes of all letters beyond ASCII; of EUC_JP some.
        String letters() {
            if (this == EUC_JP) {
                return "ｱｲｳ漢字かな丂〜−";
            }
            byte[] bytes = new byte[256 - 160];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (160 + i);
            }
            return new String(bytes, charset);
        }

        String create() {
            return " TEMPLATE template0 LOCALE 'C' ENCODING '" + name() + "'";
        }

        byte[] script() {
            String rows = letters();
            return """
                    CREATE SCHEMA "%1$s";
                    CREATE TYPE "%1$s"."%3$s" AS ENUM ('a', '%3$s');
                    CREATE TABLE "%1$s"."%2$s" (id serial PRIMARY KEY, "%3$s" text UNIQUE DEFAULT '%4$s',
                        kind "%1$s"."%3$s" CHECK (kind <> 'a'));
                    COMMENT ON COLUMN "%1$s"."%2$s"."%3$s" IS '%4$s';
                    INSERT INTO "%1$s"."%2$s" ("%3$s", kind) SELECT '%4$s ' || g, '%3$s' FROM generate_series(1, 9000) g;
                    CREATE TABLE "%2$s" ("%3$s" int REFERENCES "%1$s"."%2$s");
                    INSERT INTO "%2$s" SELECT generate_series(1, 9000);
                    CREATE VIEW "%1$s"."v%2$s" AS SELECT "%3$s" AS "x%3$s" FROM "%1$s"."%2$s" WHERE "%3$s" <> '%4$s';
                    CREATE FUNCTION "%1$s"."f%2$s"("%3$s" text) RETURNS text LANGUAGE sql AS $$ SELECT '%4$s' || $1 $$;
                    """.formatted(schema, table, column, rows).getBytes(charset);
        }
    }

    /// Sums over the server's own bytes.
    private static final List<String> CONTENT = List.of(
            "SELECT md5(nspname::text) FROM pg_namespace ORDER BY 1",
            "SELECT md5(relname::text), relkind FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'v', 'S') ORDER BY 1",
            "SELECT md5(attname::text), md5(attrelid::regclass::text) FROM pg_attribute WHERE attrelid >= 16384"
                    + " AND attnum > 0 AND attrelid NOT IN (SELECT oid FROM pg_class WHERE relkind = 't'"
                    + " OR relnamespace = 'pg_toast'::regnamespace) ORDER BY 2, 1",
            "SELECT md5(enumlabel::text) FROM pg_enum ORDER BY 1",
            "SELECT md5(prosrc) FROM pg_proc WHERE oid >= 16384 ORDER BY 1",
            "SELECT md5(description) FROM pg_description WHERE objoid >= 16384 ORDER BY 1",
            "SELECT md5(pg_get_viewdef(oid)) FROM pg_class WHERE oid >= 16384 AND relkind = 'v'",
            "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()");

    @TempDir
    static Path folder;

    private static List<String> content(PostgresServer server, String database) throws Exception {
        List<String> content = new ArrayList<>();
        for (String query : CONTENT) {
            content.addAll(server.ask(database, query));
        }
        // tables cannot be named from here
        Path script = folder.resolve("sums.sql");
        Files.writeString(script, """
                SELECT format('SELECT md5(string_agg(md5(t::text), '','' ORDER BY t::text)) FROM %s t', oid::regclass)
                FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'v') ORDER BY relname, relnamespace::regnamespace::text \\gexec
                """);
        content.addAll(server.psql(database, script).lines().toList());
        return content;
    }

    private static void assertRight(DatabaseResult result) {
        assertThat(result.failures()).isEmpty();
        assertThat(result.checks()).filteredOn(check -> !check.passed()).isEmpty();
        assertThat(result.passed()).isTrue();
    }

    private static String made(String name, Encoding encoding) throws Exception {
        String database = name.toLowerCase(Locale.ROOT);
        SERVER.run("postgres", "CREATE DATABASE " + database + encoding.create());
        Path script = folder.resolve(database + ".sql");
        String latin = new String(encoding.script(), StandardCharsets.ISO_8859_1);
        Files.write(script, List.of("SET client_encoding = '" + encoding + "';", latin), StandardCharsets.ISO_8859_1);
        SERVER.psql(database, script);
        return database;
    }

    @ParameterizedTest
    @EnumSource
    void everyByteComesBack(Encoding encoding) throws Exception {
        String source = made("source_" + encoding, encoding);
        List<String> wanted = content(SERVER, source);
        try (StoredDatabase backup = new StoredDatabase(SERVER, source)) {
            String fresh = "fresh_" + encoding;
            assertRight(backup.run(fresh, Content.ALL, StoredDatabase.CREATE));
            assertThat(content(SERVER, fresh)).isEqualTo(wanted);

            SERVER.run(fresh, "CREATE TABLE more (a int)");
            assertRight(backup.run(fresh, Content.ALL, StoredDatabase.REPLACE));
            assertThat(content(SERVER, fresh)).isEqualTo(wanted);

            assertRight(backup.run(fresh, new Content(List.of(), List.of(), Part.DATA_REPLACED), StoredDatabase.INTO));
            assertThat(content(SERVER, fresh)).isEqualTo(wanted);

            List<CheckResult> proof = new ProofRestore(
                            new StoredDump(backup.folder()),
                            backup.record(),
                            database -> ConnectionTarget.of(SANDBOX.url(database), Map.of()),
                            backup.structure())
                    .run();
            assertThat(proof).filteredOn(check -> !check.passed()).isEmpty();
            assertThat(content(SANDBOX, "restored")).isEqualTo(wanted);
            SANDBOX.run("postgres", "DROP DATABASE restored");

            Path dump = written(backup, folder.resolve("dump_" + encoding));
            String stock = "stock_" + encoding;
            SERVER.run("postgres", "CREATE DATABASE \"" + stock + "\"" + encoding.create());
            SERVER.pgRestore(stock, dump);
            assertThat(content(SERVER, stock)).isEqualTo(wanted);
        }
    }

    /// The server converts what it can; what it cannot is told.
    @ParameterizedTest
    @EnumSource
    void intoADatabaseOfAnotherEncoding(Encoding encoding) throws Exception {
        String source = made("from_" + encoding, encoding);
        String query = encoding == Encoding.SQL_ASCII
                ? "SELECT id, encode(convert_to(%s, 'SQL_ASCII'), 'hex') FROM \"Gärten\".\"été\" ORDER BY 1"
                : "SELECT id, %s FROM " + Identifiers.qualified(encoding.schema, encoding.table) + " ORDER BY 1";
        String column = encoding == Encoding.SQL_ASCII ? "größe" : encoding.column;
        String rows = query.formatted(Identifiers.quote(column));
        try (StoredDatabase backup = new StoredDatabase(SERVER, source)) {
            String to = "into_" + encoding;
            SERVER.run("postgres", "CREATE DATABASE \"" + to + "\"");
            if (encoding == Encoding.SQL_ASCII) {
                DatabaseResult result = backup.run(to, Content.ALL, StoredDatabase.INTO);
                assertThat(result.failures())
                        .extracting(RestoreStatus.Failure::reason)
                        .anyMatch(reason -> reason.contains("invalid byte sequence for encoding \"UTF8\""));
                SERVER.run(
                        "postgres",
                        "DROP DATABASE \"" + to + "\"",
                        "CREATE DATABASE \"" + to + "\"" + Encoding.LATIN1.create());
                assertThatThrownBy(() -> backup.run(to, Content.ALL, StoredDatabase.INTO))
                        .isInstanceOf(HoldfastException.PreCheckFailed.class)
                        .hasMessageContaining("is not ASCII");
            } else {
                assertRight(backup.run(to, Content.ALL, StoredDatabase.INTO));
                assertThat(SERVER.ask(to, rows))
                        .isEqualTo(SERVER.ask(source, rows))
                        .hasSize(9000);
            }
        }
    }

    @Test
    void bytesBecomeLettersInADatabaseThatHasThem() throws Exception {
        SERVER.run("postgres", "CREATE DATABASE bytes" + Encoding.SQL_ASCII.create());
        SERVER.run("postgres", "CREATE DATABASE letters" + Encoding.LATIN1.create());
        SERVER.run(
                "bytes",
                "CREATE TABLE t (c text DEFAULT E'\\xe4')",
                "COMMENT ON TABLE t IS E'\\xfc'",
                "INSERT INTO t VALUES (DEFAULT), (E'\\xe9')");
        try (StoredDatabase backup = new StoredDatabase(SERVER, "bytes")) {
            assertRight(backup.run("letters", Content.ALL, StoredDatabase.INTO));
            SERVER.run("letters", "INSERT INTO t VALUES (DEFAULT)");
            assertThat(SERVER.ask("letters", "SELECT c, obj_description('t'::regclass) FROM t"))
                    .containsExactly("ä|ü", "é|ü", "ä|ü");
        }
    }

    @Test
    void aNameThatCannotBeSaidIsToldBeforeAnythingIsStored() throws Exception {
        SERVER.run("postgres", "CREATE DATABASE unnamed" + Encoding.SQL_ASCII.create());
        Path script = folder.resolve("unnamed.sql");
        Files.writeString(script, "CREATE TABLE \"\u00e9t\u00e9\" (id int);", StandardCharsets.ISO_8859_1);
        SERVER.psql("unnamed", script);
        assertThatThrownBy(() -> new StoredDatabase(SERVER, "unnamed"))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("the name \\xe9t\\xe9 in it is not UTF-8");
    }

    /// Nobody knows what letters SQL_ASCII means.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SQL_ASCII")
    void namesAreThoseThatPeopleWrite(Encoding encoding) throws Exception {
        String source = made("named_" + encoding, encoding);
        String table = Identifiers.display(encoding.schema, encoding.table);
        try (StoredDatabase backup = new StoredDatabase(SERVER, source)) {
            assertThat(backup.record().tables())
                    .extracting(TableRecord::name)
                    .contains(table, "public." + encoding.table);
            assertThat(backup.record().sequences())
                    .extracting(SequenceRecord::name)
                    .containsExactly(encoding.schema + "." + encoding.table + "_id_seq");
            String to = "part_" + encoding;
            SERVER.run("postgres", "CREATE DATABASE " + to + encoding.create());
            DatabaseResult result = backup.run(
                    to.toLowerCase(Locale.ROOT),
                    new Content(List.of(Identifiers.quote(encoding.schema)), List.of(), Part.ALL),
                    StoredDatabase.INTO);
            assertRight(result);
            assertThat(result.tables()).extracting(RestoreStatus.Table::name).containsExactly(table);
            String renamed = encoding.letters().substring(0, 2) + " " + encoding.schema;
            assertRight(backup.run(
                    source,
                    new Content(List.of(), List.of(), Part.ALL, new SchemaNames(Map.of(encoding.schema, renamed))),
                    StoredDatabase.INTO));
            String sum = "SELECT count(*), md5(string_agg(t::text, ',' ORDER BY id)) FROM "
                    + Identifiers.qualified("%s", encoding.table) + " t";
            assertThat(SERVER.ask(source, sum.formatted(renamed)))
                    .isEqualTo(SERVER.ask(source, sum.formatted(encoding.schema)));
        }
    }

    private static Path written(StoredDatabase backup, Path to) throws IOException {
        Files.createDirectories(to);
        List<String> names = new ArrayList<>(List.of("toc.dat"));
        for (int i = 0; i < 10_000; i++) {
            names.add(i + ".dat");
        }
        for (String name : names) {
            Optional<Long> size = backup.folder().size(name);
            if (size.isPresent()) {
                try (InputStream in = backup.folder().open(name, 0)) {
                    Files.copy(in, to.resolve(name));
                }
            }
        }
        return to;
    }
}
