package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import holdfast.source.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: a restore of a database is taken back by changing names as long as what it replaced is
/// still on the server, and from the safety snapshot when not; it says which.
@Tag("slow")
final class DatabaseUndoCommandTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static int databases;

    @TempDir
    Path folder;

    private FakeWorld world;
    private String database;

    /// Backed up with 1000 orders, damaged to 1, restored to 1000.
    @BeforeEach
    void restore() throws SQLException, IOException {
        database = "shop" + databases++;
        SERVER.database(database);
        SERVER.run(
                database,
                "CREATE TABLE orders (id int PRIMARY KEY, total int)",
                "INSERT INTO orders SELECT g, g FROM generate_series(1, 1000) g");
        world = new FakeWorld(folder)
                .with("HOLDFAST_PASSWORD", "x")
                .with("TMPDIR", folder.toString())
                .with("PATH", SERVER.programs().path());
        ok("init", "--key-cost", "10");
        ok("backup", SERVER.url(database));
        SERVER.run(database, "DELETE FROM orders WHERE id > 1");
        ok("restore", "--yes");
        assertThat(orders(database)).isEqualTo("1000");
    }

    private Result ok(String... arguments) {
        Result result = world.run(arguments);
        assertThat(result.code()).as(result.out() + result.err()).isZero();
        return result;
    }

    private static String orders(String from) throws SQLException {
        return SERVER.ask(from, "SELECT count(*) FROM orders").getFirst();
    }

    private static String oid(String of) throws SQLException {
        return String.join("", SERVER.ask("postgres", "SELECT oid FROM pg_database WHERE datname = '" + of + "'"));
    }

    private String beside() throws SQLException {
        List<String> names = SERVER.ask(
                "postgres", "SELECT datname FROM pg_database WHERE datname LIKE '" + database + "\\_%' ORDER BY 1");
        assertThat(names).hasSize(1);
        return names.getFirst();
    }

    private int snapshots() {
        return ok("snapshots", "--json").out().split("\"short_id\"", -1).length - 1;
    }

    @Test
    void namesAloneChangeThereAndBack() throws SQLException {
        String kept = beside();
        String old = oid(kept);
        SERVER.run(database, "INSERT INTO orders VALUES (1001, 1)");
        int before = snapshots();
        Result dry = ok("undo", "--dry-run");
        assertThat(dry.out()).contains("would take back the restore", "rename " + kept + " to be postgresql://");
        assertThat(beside()).isEqualTo(kept);

        Result unasked = world.run("undo");
        assertThat(unasked.code()).isEqualTo(2);
        Result undone = ok("undo", "--yes");
        String stays = kept.replace("_before_restore_", "_undone_");
        assertThat(undone.out()).contains("what was there is kept as database " + stays);
        assertThat(orders(database)).isEqualTo("1");
        assertThat(oid(database)).isEqualTo(old);
        assertThat(beside()).isEqualTo(stays);
        assertThat(orders(stays)).isEqualTo("1001");

        assertThat(ok("undo", "--yes", "--json").out()).contains("\"kept_as\":\"" + kept + "\"");
        assertThat(orders(database)).isEqualTo("1001");
        assertThat(beside()).isEqualTo(kept);
        assertThat(snapshots()).isEqualTo(before);
    }

    @Test
    void withoutTheKeptDatabaseTheSafetySnapshotIsRestored() throws SQLException {
        String kept = beside();
        SERVER.run("postgres", "DROP DATABASE " + kept, "CREATE DATABASE " + kept);
        Result dry = ok("undo", "--dry-run");
        assertThat(dry.out())
                .contains(kept + ", which the restore kept, cannot be used: the safety snapshot is restored")
                .contains("would restore snapshot");
        SERVER.run("postgres", "DROP DATABASE " + kept);
        ok("undo", "--yes");
        assertThat(orders(database)).isEqualTo("1");
        assertThat(ok("undo", "--yes").out()).contains("by changing names");
        assertThat(orders(database)).isEqualTo("1000");
    }

    @Test
    void whoHasOneOfThemOpenIsToldOrEnded() throws SQLException {
        try (Connection user = SERVER.connect(beside())) {
            Result refused = world.run("undo", "--yes");
            assertThat(refused.code()).isEqualTo(4);
            assertThat(refused.err()).contains("it is in use by 1 session", "--terminate-connections");
            assertThat(orders(database)).isEqualTo("1000");
            assertThat(ok("undo", "--yes", "--terminate-connections").out()).contains("ends the session of");
            assertThat(orders(database)).isEqualTo("1");
            assertThat(user.isValid(5)).isFalse();
        }
    }

    @Test
    void aRoleWithoutTheRightToMakeDatabasesReplacesWhatIsInItsOwn() throws SQLException {
        String own = database + "_tenant";
        SERVER.run("postgres", "CREATE ROLE tenant LOGIN", "CREATE DATABASE " + own + " OWNER tenant");
        SERVER.run(own, "SET ROLE tenant", "CREATE TABLE orders AS SELECT generate_series(1, 1000) AS id");
        ok("backup", SERVER.url(own).replace("postgres@", "tenant@"));
        SERVER.run(own, "DELETE FROM orders WHERE id > 1");
        Result dry = ok("restore", "--dry-run");
        assertThat(dry.out()).contains("replace what is in postgresql://tenant@", "what is in schema public now stays");
        assertThat(dry.err()).contains("this role may not create databases: so what is in");
        assertThat(ok("restore", "--yes").out())
                .contains("completed", "what was there is kept in schemas public_before");
        assertThat(orders(own)).isEqualTo("1000");
        ok("undo", "--yes");
        assertThat(orders(own)).isEqualTo("1");
        ok("undo", "--yes");
        assertThat(orders(own)).isEqualTo("1000");
        assertThat(SERVER.ask(own, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'public_before_restore_%'"))
                .containsExactly("3");
    }
}
