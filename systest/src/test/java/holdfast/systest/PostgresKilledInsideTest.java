package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.PostgresServer;
import holdfast.systest.DatabaseComparison.Content;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Goal: whatever ends a restore inside a database, and when, the database holds the old content or
/// the restored one with the old one kept, each exactly; no session and no lock is left, and the
/// next restore, or `undo`, works by itself. Method: `kill -9` of the program, and the end of its
/// session on the server, while rows are on their way, right before the transaction ends, and while
/// it ends: a commit takes as long as the server waits for a standby that is not there.
final class PostgresKilledInsideTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer().setting("synchronous_commit", "local");

    private static final String DATABASE = "shop";
    private static final List<String> SLOWLY =
            List.of("--no-safety-snapshot", "--limit-download", "400", "--batch-size", "1MiB");
    private static final List<String> QUICKLY = List.of("--no-safety-snapshot");

    private static Workplace place;
    private static Holdfast holdfast;
    private static String snapshot;
    private static Content backedUp;
    private static Content live;

    /// What ends it.
    enum End {
        KILLED,
        TERMINATED
    }

    @BeforeAll
    static void backUp() throws IOException, SQLException {
        place = new Workplace();
        holdfast = place.holdfast("repository").with(SERVER.programs());
        SERVER.run(
                PostgresServer.SUPERUSER,
                "CREATE ROLE tenant LOGIN",
                "CREATE DATABASE " + DATABASE + " OWNER tenant",
                "CREATE DATABASE live OWNER tenant");
        tenant(
                DATABASE,
                "CREATE SCHEMA app",
                "CREATE TABLE app.account (id serial PRIMARY KEY, body text)",
                "INSERT INTO app.account (body) SELECT md5(g::text) || md5((g + 1)::text) FROM generate_series(1, 100000) g",
                "CREATE INDEX ON app.account (body)",
                "CREATE TABLE public.note (account int REFERENCES app.account, line text)",
                "INSERT INTO public.note VALUES (1, 'first')",
                // made last of all, and slowly
                "CREATE MATERIALIZED VIEW app.summary AS SELECT count(*) AS n FROM app.account, pg_sleep(1)");
        tenant(
                "live",
                "CREATE SCHEMA app",
                "CREATE TABLE app.account (id int PRIMARY KEY, body text)",
                "INSERT INTO app.account SELECT g, 'precious' FROM generate_series(1, 7) g",
                "CREATE TABLE public.more (a serial)",
                "CREATE VIEW public.seen AS SELECT a.body, m.a FROM app.account a, public.more m",
                "INSERT INTO public.more DEFAULT VALUES");
        holdfast.run("init");
        snapshot = holdfast.backup(url());
        backedUp = DatabaseComparison.read(SERVER, DATABASE);
        live = DatabaseComparison.read(SERVER, "live");
    }

    @AfterAll
    static void close() throws IOException {
        place.close();
    }

    @BeforeEach
    void makeDatabase() throws SQLException {
        SERVER.run(
                PostgresServer.SUPERUSER,
                "DROP DATABASE " + DATABASE,
                "CREATE DATABASE " + DATABASE + " OWNER tenant TEMPLATE live");
    }

    private static void tenant(String database, String... statements) throws SQLException {
        List<String> all = new ArrayList<>(List.of("SET ROLE tenant"));
        all.addAll(List.of(statements));
        SERVER.run(database, all.toArray(String[]::new));
    }

    private static String url() {
        return SERVER.url(DATABASE).replace(PostgresServer.SUPERUSER + "@", "tenant@");
    }

    private static List<String> ask(String query) throws IOException {
        try {
            return SERVER.ask(PostgresServer.SUPERUSER, query);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    /// @return numbers of the sessions that restore and show it
    private static List<String> sessions(String condition) throws IOException {
        return ask("SELECT pid FROM pg_stat_activity WHERE datname = '" + DATABASE
                + "' AND application_name LIKE 'holdfast%' AND " + condition);
    }

    private static String[] restore(List<String> options) {
        List<String> words = new ArrayList<>(List.of("restore", snapshot, "--yes"));
        words.addAll(options);
        return words.toArray(String[]::new);
    }

    /// @return how it ended
    private static Result ended(End end, String moment, List<String> options) throws Exception {
        try (HoldfastProcess restore = holdfast.start(restore(options))) {
            Await.until("the moment", () -> !sessions(moment).isEmpty() || !restore.running());
            assertThat(restore.running()).as(restore.err()).isTrue();
            List<String> sessions = sessions(moment);
            if (end == End.KILLED) {
                restore.kill();
            } else {
                assertThat(ask("SELECT pg_terminate_backend(" + sessions.getFirst() + ")"))
                        .containsExactly("t");
            }
            return restore.await(Duration.ofMinutes(1));
        }
    }

    private static void assertNothingIsLeft() throws Exception {
        ServerIsClean.assertAfter(SERVER);
        assertThat(ask("SELECT datname FROM pg_database WHERE datname LIKE '" + DATABASE + "_%'"))
                .isEmpty();
    }

    private static List<String> kept() throws SQLException {
        return SERVER.ask(
                DATABASE, "SELECT nspname FROM pg_namespace WHERE nspname ~ '_before_restore_[0-9]+$' ORDER BY 1");
    }

    /// What a copy of the database holds after some statements.
    private static Content after(List<String> statements) throws IOException, SQLException {
        SERVER.run(PostgresServer.SUPERUSER, "CREATE DATABASE copy TEMPLATE " + DATABASE);
        SERVER.run("copy", statements.toArray(String[]::new));
        Content content = DatabaseComparison.read(SERVER, "copy");
        SERVER.run(PostgresServer.SUPERUSER, "DROP DATABASE copy");
        return content;
    }

    private static Content withoutKept() throws IOException, SQLException {
        return after(
                kept().stream().map(name -> "DROP SCHEMA " + name + " CASCADE").toList());
    }

    private static void assertRestoredAndKept() throws IOException, SQLException {
        List<String> kept = kept();
        assertThat(kept).hasSize(2);
        DatabaseComparison.assertSame(backedUp, withoutKept());
        DatabaseComparison.assertSame(
                live,
                after(List.of(
                        "DROP SCHEMA app, public CASCADE",
                        "ALTER SCHEMA " + kept.getFirst() + " RENAME TO app",
                        "ALTER SCHEMA " + kept.getLast() + " RENAME TO public")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "KILLED | query LIKE 'COPY%'",
                "TERMINATED | query LIKE 'COPY%'",
                "KILLED | wait_event = 'PgSleep'",
                "TERMINATED | wait_event = 'PgSleep'"
            })
    void beforeTheCommitAllIsAsItWas(End end, String moment) throws Exception {
        Result result = ended(end, moment, moment.contains("COPY") ? SLOWLY : QUICKLY);
        assertNothingIsLeft();
        if (end == End.TERMINATED) {
            assertThat(result.exitCode()).as(result.all()).isEqualTo(1);
            assertThat(result.err()).contains("nothing was put in place; what stood there is untouched");
        }
        assertThat(kept()).isEmpty();
        DatabaseComparison.assertSame(live, DatabaseComparison.read(SERVER, DATABASE));
        holdfast.run(restore(QUICKLY));
        assertRestoredAndKept();
    }

    @ParameterizedTest
    @EnumSource
    void withTheCommitAllIsRestored(End end) throws Exception {
        SERVER.run(
                PostgresServer.SUPERUSER,
                "ALTER SYSTEM SET synchronous_standby_names = 'nobody'",
                "SELECT pg_reload_conf()");
        Result result;
        try {
            result = ended(end, "wait_event = 'SyncRep'", List.of());
        } finally {
            SERVER.run(
                    PostgresServer.SUPERUSER,
                    "ALTER SYSTEM RESET synchronous_standby_names",
                    "SELECT pg_reload_conf()");
        }
        assertNothingIsLeft();
        if (end == End.TERMINATED) {
            assertThat(result.exitCode()).as(result.all()).isEqualTo(1);
            assertThat(result.err())
                    .contains("broke when the restored content took its place", "'holdfast undo' brings back");
        }
        assertRestoredAndKept();
        holdfast.run("undo", "--yes");
        DatabaseComparison.assertSame(live, withoutKept());
        holdfast.run("undo", "--yes");
        DatabaseComparison.assertSame(backedUp, withoutKept());
        assertThat(kept()).hasSize(6);
    }
}
