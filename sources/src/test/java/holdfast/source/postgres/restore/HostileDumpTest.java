package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.archive.ArchiveFiles;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.archive.TocReader;
import holdfast.source.postgres.archive.TocWriter;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.restore.RestoreOptions.Content;
import holdfast.source.postgres.restore.RestoreOptions.Part;
import holdfast.source.postgres.restore.RestoreOptions.Placement;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Goal: whatever a dump's table of contents says, a restore runs no command of psql's, nothing outside of the server,
/// and nothing that its own role may not do. Method: forged tables of contents, restored by an ordinary role in every
/// way; then nothing of what the forger wanted has happened, and a database of somebody else's is as it was.
@Tag("slow")
final class HostileDumpTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final String ORDINARY = "ordinary";
    private static final String CONFINED = "confined";

    @TempDir
    static Path folder;

    private static Path trap;
    private static StoredDatabase stored;
    private static StoredDatabase plain;

    /// How a database may be restored.
    enum Way {
        CREATE,
        INTO,
        REPLACE,
        INSIDE,
        ROWS;

        private String role() {
            return this == INSIDE ? CONFINED : ORDINARY;
        }

        private Placement placement() {
            return new Placement(this == CREATE, this == REPLACE || this == INSIDE, false);
        }

        private Content content() {
            return this == ROWS ? new Content(List.of(), List.of(), Part.DATA_REPLACED) : Content.ALL;
        }

        /// Large objects lie in no schema, and are not replaced inside a database.
        private StoredDatabase source() {
            return this == INSIDE ? plain : stored;
        }

        private String database() {
            return "target_" + name().toLowerCase(Locale.ROOT);
        }
    }

    @BeforeAll
    static void backUp() throws Exception {
        trap = folder.resolve("trap");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        SERVER.run(
                "postgres",
                "CREATE ROLE " + ORDINARY + " LOGIN CREATEDB",
                "CREATE ROLE " + CONFINED + " LOGIN",
                "CREATE DATABASE source",
                "CREATE DATABASE payroll");
        SERVER.run("payroll", "CREATE TABLE salary (n int)", "INSERT INTO salary VALUES (42)");
        SERVER.run(
                "source",
                "CREATE SCHEMA shop",
                "CREATE TABLE shop.article (id int PRIMARY KEY, name text)",
                "INSERT INTO shop.article SELECT g, md5(g::text) FROM generate_series(1, 100) g",
                "CREATE FUNCTION shop.twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * n'",
                "ALTER DATABASE source SET work_mem TO '5MB'",
                "COMMENT ON DATABASE source IS 'ours'");
        plain = new StoredDatabase(SERVER, "source");
        SERVER.run("source", "SELECT lo_from_bytea(0, 'x')");
        stored = new StoredDatabase(SERVER, "source");
    }

    @AfterAll
    static void closeRepository() throws IOException {
        stored.close();
        plain.close();
    }

    private static void target(Way way) throws SQLException {
        SERVER.run("postgres", "DROP DATABASE IF EXISTS " + way.database() + " WITH (FORCE)");
        if (way == Way.CREATE) {
            return;
        }
        SERVER.run("postgres", "CREATE DATABASE " + way.database() + " OWNER " + way.role());
        if (way != Way.INTO) {
            SERVER.run(
                    way.database(),
                    "GRANT ALL ON SCHEMA public TO " + way.role(),
                    "SET ROLE " + way.role(),
                    "CREATE SCHEMA shop CREATE TABLE article (id int PRIMARY KEY, name text)");
        }
    }

    /// A table of contents as a forger would write it.
    private record Forgery(String name, UnaryOperator<TocEntry> change) {
        private static Forgery of(String kind, String name, UnaryOperator<TocEntry> change) {
            return new Forgery(name, entry -> entry.is(kind) ? change.apply(entry) : entry);
        }

        /// A further statement behind the one that is expected.
        private static Forgery of(String kind, String evil) {
            return of(kind, kind + " and then " + evil, entry -> entry.withDefinition(entry.definition() + evil));
        }
    }

    private static List<Forgery> forgeries(Way way) {
        List<Forgery> all = new ArrayList<>();
        List<String> evil = List.of(
                "\n\\! touch " + trap + "\n",
                "COPY (SELECT 1) TO PROGRAM 'touch " + trap + "';",
                "COPY shop.article FROM PROGRAM 'touch " + trap + "; echo';",
                "ALTER ROLE " + ORDINARY + " SUPERUSER;",
                "ALTER ROLE " + CONFINED + " SUPERUSER;",
                "CREATE ROLE mallory SUPERUSER LOGIN;",
                "RESET ROLE; SET SESSION AUTHORIZATION postgres; CREATE ROLE mallory SUPERUSER LOGIN;",
                "RESET SESSION AUTHORIZATION; ALTER SYSTEM SET archive_command TO 'touch " + trap + "';",
                "DROP DATABASE payroll;",
                "ALTER DATABASE payroll RENAME TO gone;",
                "COMMIT; CREATE ROLE mallory SUPERUSER LOGIN;");
        List<String> kinds = List.of("FUNCTION", "DATABASE", "DATABASE PROPERTIES", "COMMENT", "CONSTRAINT");
        for (int i = 0; i < evil.size(); i++) {
            // every statement is tried in every way, though not with every kind
            all.add(Forgery.of(kinds.get((i + way.name().length()) % kinds.size()), evil.get(i)));
        }
        all.add(Forgery.of("TABLE", "a table's name", entry -> entry.named(entry.namespace(), evil.getFirst())));
        String closing = "\"; CREATE ROLE mallory SUPERUSER LOGIN; --";
        all.add(Forgery.of("TABLE", "a schema's name", entry -> entry.named(closing, entry.tag())));
        all.add(Forgery.of("FUNCTION", "all texts", entry -> entry.map(before -> before.isEmpty() ? "" : closing)));
        all.add(Forgery.of("BLOB", "a number", entry -> entry.named("", "1; CREATE ROLE mallory SUPERUSER LOGIN")));
        for (String copy : List.of(
                "COPY shop.article FROM PROGRAM 'touch " + trap + "'; COPY shop.article (id, name) FROM stdin;",
                "COPY shop.article (id, name) FROM '/etc/passwd';",
                "CREATE ROLE mallory SUPERUSER LOGIN; COPY shop.article (id, name) FROM stdin;")) {
            all.add(Forgery.of(TocEntry.TABLE_DATA, copy, entry -> entry.withCopyStatement(copy)));
        }
        return all;
    }

    /// A dump with another table of contents.
    private record Forged(ArchiveFiles files, byte[] toc) implements ArchiveFiles {
        static Forged by(ArchiveFiles files, Forgery forgery) throws IOException {
            TableOfContents toc;
            try (InputStream in = files.open(TableOfContents.NAME, 0)) {
                toc = TocReader.read(in);
            }
            return new Forged(
                    files,
                    TocWriter.write(new TableOfContents(
                            toc.header(),
                            toc.entries().stream().map(forgery.change()).toList())));
        }

        @Override
        public Optional<Long> size(String name) throws IOException {
            return name.equals(TableOfContents.NAME) ? Optional.of((long) toc.length) : files.size(name);
        }

        @Override
        public InputStream open(String name, long offset) throws IOException {
            return name.equals(TableOfContents.NAME)
                    ? new ByteArrayInputStream(toc, (int) offset, toc.length)
                    : files.open(name, offset);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsDoneThatTheRoleMayNotDo(Way way) throws Exception {
        for (Forgery forgery : forgeries(way)) {
            target(way);
            try {
                restore(way, forgery);
            } catch (HoldfastException | IOException _) {
                // refusing is right; what was done by then is looked at
            }
            assertThat(trap).as(forgery.name()).doesNotExist();
            assertThat(SERVER.ask(
                            "postgres", "SELECT rolname, rolsuper FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1"))
                    .as(forgery.name())
                    .containsExactly(CONFINED + "|f", ORDINARY + "|f", "postgres|t");
            assertThat(SERVER.ask("payroll", "SELECT n FROM salary"))
                    .as(forgery.name())
                    .containsExactly("42");
            assertThat(SERVER.ask("postgres", "SELECT count(*) FROM pg_file_settings WHERE name = 'archive_command'"))
                    .as(forgery.name())
                    .containsExactly("0");
        }
    }

    /// An ordinary restore shows that the ways work, so that what is refused above is refused for the forgery.
    @ParameterizedTest
    @EnumSource
    void whatIsNotForgedComesBack(Way way) throws Exception {
        target(way);
        restore(way, new Forgery("none", UnaryOperator.identity()));

        assertThat(SERVER.ask(way.database(), "SELECT count(*), min(name) FROM shop.article"))
                .isEqualTo(SERVER.ask("source", "SELECT count(*), min(name) FROM shop.article"));
    }

    private static void restore(Way way, Forgery forgery) throws IOException {
        String url = SERVER.url(way.database()).replace("postgres@", way.role() + "@");
        RestoreOptions usual = StoredDatabase.options(way.content(), way.placement());
        RestoreOptions options = new RestoreOptions(
                2,
                usual.batchBytes(),
                usual.timeout(),
                usual.connectTimeout(),
                64,
                way.content(),
                way.placement(),
                false,
                false,
                true,
                Set.of());
        DatabaseRestore restore = new DatabaseRestore(
                Forged.by(new StoredDump(way.source().folder()), forgery),
                way.source().record(),
                ConnectionTarget.of(url, Map.of()),
                options,
                new DatabaseRestore.Surroundings(
                        way.source().structure(), new Progress(), _ -> {}, _ -> {}, InstantSource.system()));
        restore.run(restore.plan());
    }
}
