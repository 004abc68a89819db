package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.restore.RestoreOptions.Placement;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: a restore inside a database that needs more locks than its server has room for is refused
/// before anything is done, and works with the setting that the refusal names. Method: 800 tables
/// with all that is locked beside them; the locks are counted while the restore works.
@Tag("slow")
final class RestoreInsideLocksTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer().setting("max_locks_per_transaction", "16");

    private static final Pattern HINT =
            Pattern.compile("raise its max_locks_per_transaction from 16 to (\\d+) and restart it; or ALTER ROLE .*");
    private static final Pattern NEEDED = Pattern.compile(".* needs up to (\\d+) locks; the server has room for 1600");

    private static final List<String> CONTENT = List.of(
            "SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                    + " WHERE n.nspname IN ('many', 'public') ORDER BY 1, 2",
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
                    + " WHERE connamespace::regnamespace::text IN ('many', 'public') ORDER BY 1, 2",
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'many' ORDER BY 1",
            "SELECT relname, md5(query_to_xml('TABLE many.' || relname, false, false, '')::text) FROM pg_class"
                    + " WHERE relnamespace = 'many'::regnamespace AND relkind IN ('r', 'm') ORDER BY 1");

    @TempDir
    Path folder;

    private static void makeMany() throws SQLException {
        SERVER.run("postgres", "CREATE ROLE tenant LOGIN", "CREATE DATABASE source OWNER tenant");
        SERVER.run("source", "SET ROLE tenant", "CREATE SCHEMA many", """
                DO $$ BEGIN FOR i IN 1..800 LOOP
                    EXECUTE format('CREATE TABLE many.t%1$s (id serial PRIMARY KEY, a int, line text)', i);
                    EXECUTE format('CREATE INDEX ON many.t%1$s (a)', i);
                    EXECUTE format('INSERT INTO many.t%1$s (a, line) VALUES (%1$s, md5(%1$L))', i);
                    IF i % 10 = 0 THEN
                        EXECUTE format('CREATE TABLE many.short%1$s (id int PRIMARY KEY, at timestamp, n numeric(9,2))', i);
                        EXECUTE format('CREATE VIEW many.v%1$s AS SELECT * FROM many.t%1$s', i);
                        EXECUTE format('CREATE FUNCTION many.f%1$s(int) RETURNS int LANGUAGE sql AS ''SELECT $1''', i);
                        EXECUTE format('COMMENT ON FUNCTION many.f%1$s(int) IS ''x''', i);
                        EXECUTE format('COMMENT ON COLUMN many.t%1$s.a IS ''x''', i);
                        EXECUTE format('CREATE TYPE many.e%1$s AS ENUM (''a'')', i);
                        EXECUTE format('CREATE MATERIALIZED VIEW many.m%1$s AS SELECT * FROM many.t%1$s', i);
                        EXECUTE format('ALTER TABLE many.t%1$s ADD FOREIGN KEY (id) REFERENCES many.t%1$s DEFERRABLE', i);
                        EXECUTE format('ALTER TABLE many.t%1$s ADD CHECK (a > 0) NOT VALID', i);
                        COMMIT;
                    END IF;
                END LOOP; END $$""");
    }

    private static long number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.matches()).as(text).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private static DatabaseRestore restore(BackedUp backup) throws IOException {
        return backup.restore(
                SERVER.url("filled").replace(PostgresServer.SUPERUSER + "@", "tenant@"),
                RestoreOptions.DEFAULTS.with(new Placement(false, true, false)),
                InstantSource.system());
    }

    @Test
    void moreThanTheServerHasRoomForIsRefusedBeforehand() throws Exception {
        makeMany();
        SERVER.run("postgres", "CREATE DATABASE filled OWNER tenant TEMPLATE source");
        SERVER.run("filled", "UPDATE many.t7 SET line = 'precious'", "DROP TABLE many.t8");
        try (BackedUp backup = new BackedUp(SERVER, "source", folder)) {
            HoldfastException.PreCheckFailed[] refused = new HoldfastException.PreCheckFailed[1];
            assertThatThrownBy(() -> restore(backup).plan())
                    .isInstanceOfSatisfying(HoldfastException.PreCheckFailed.class, e -> refused[0] = e)
                    .hasMessageContaining("this role may not create databases, so it is one transaction");
            long needed = number(NEEDED, String.valueOf(refused[0].getMessage()));
            long wanted = number(HINT, refused[0].hint());

            SERVER.setting("max_locks_per_transaction", Long.toString(wanted)).restart();
            long most = 0;
            try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
                DatabaseRestore restore = restore(backup);
                Future<DatabaseResult> result = executor.submit(() -> restore.run(restore.plan()));
                while (!result.isDone()) {
                    most = Math.max(most, locks());
                    Thread.sleep(200);
                }
                assertThat(result.get().failures()).isEmpty();
                assertThat(result.get().checks())
                        .filteredOn(check -> !check.passed())
                        .isEmpty();
                assertThat(result.get().inPlace()).isTrue();
            }
            assertThat(needed).isBetween(most, most * 11 / 10);
        }
        for (String query : CONTENT) {
            assertThat(SERVER.ask("filled", query)).as(query).isEqualTo(SERVER.ask("source", query));
        }
    }

    /// Of the session that has most.
    private static long locks() throws SQLException {
        return Long.parseLong(SERVER.ask(
                        "postgres",
                        "SELECT coalesce(max(n), 0) FROM (SELECT count(DISTINCT (locktype,"
                                + " database, relation, classid, objid)) AS n FROM pg_locks WHERE NOT fastpath GROUP BY pid) l")
                .getFirst());
    }
}
