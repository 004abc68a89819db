package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.NastyTree;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.ServerPrograms;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Goal: limits of time that a role or database has do not end a backup or restore, as they do not
/// end `pg_dump`; and a repository whose disk is full leaves nothing behind on the server. Method:
/// every limit there is, far shorter than the work takes over a slow link; a disk of 20 MiB.
@ParameterizedClass
@MethodSource("versions")
@SuppressWarnings("NullAway.Init") // what is made before the tests of one version
final class PostgresLimitsTest {
    private static final String DATABASE = "shop";
    private static final String ROLE = "hurried";
    private static final int FIRST_WITH_IDLE_SESSION_TIMEOUT = 14;
    private static final int FIRST_WITH_TRANSACTION_TIMEOUT = 17;
    private static final long SLOWLY = 8L << 20;

    private static PostgresServer server;

    @Parameter
    private ServerPrograms programs;

    @AutoClose
    private final Workplace place = new Workplace();

    /// Only the oldest and the newest, for what lies between has the limits of one of them.
    static List<ServerPrograms> versions() {
        List<ServerPrograms> every = OldServer.andNewer();
        return Stream.of(every.getFirst(), every.getLast()).distinct().toList();
    }

    @BeforeParameterizedClassInvocation
    static void makeDatabase(ServerPrograms programs) throws IOException, SQLException {
        server = new PostgresServer(programs).start();
        server.run(
                server.database(DATABASE),
                "CREATE TABLE large (id int PRIMARY KEY, body text)",
                // no two rows alike, so that they do not fit onto a small disk
                "INSERT INTO large SELECT g, (SELECT string_agg(md5((g * 100 + i)::text), '') FROM"
                        + " generate_series(1, 30) i) FROM generate_series(1, 60000) g",
                "CREATE INDEX ON large (body)",
                "SELECT lo_from_bytea(1, decode(repeat('00ff0a', 1000000), 'hex'))");
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        server.close();
    }

    @AfterEach
    void nothingIsLeftOnTheServer() throws IOException, InterruptedException, SQLException {
        ServerIsClean.assertAfter(server);
        assertThat(place.scratch()).isEmptyDirectory();
    }

    private static void limit(String owner, String millis) throws SQLException {
        int version = Integer.parseInt(
                server.ask(PostgresServer.SUPERUSER, "SHOW server_version_num").getFirst());
        Stream.of(
                        "statement_timeout 0",
                        "lock_timeout 0",
                        "idle_in_transaction_session_timeout 0",
                        "idle_session_timeout " + FIRST_WITH_IDLE_SESSION_TIMEOUT,
                        "transaction_timeout " + FIRST_WITH_TRANSACTION_TIMEOUT)
                .map(limit -> limit.split(" "))
                .filter(limit -> version / 10_000 >= Integer.parseInt(limit[1]))
                .forEach(limit -> {
                    try {
                        server.run(
                                PostgresServer.SUPERUSER,
                                "ALTER " + owner + " SET " + limit[0] + " = '" + millis + "'");
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    @Test
    void limitsOfTheRoleAndTheDatabaseDoNotEndIt() throws Exception {
        server.run(PostgresServer.SUPERUSER, "CREATE ROLE " + ROLE + " SUPERUSER LOGIN");
        limit("ROLE " + ROLE, "400ms");
        limit("DATABASE " + DATABASE, "300ms");
        Holdfast holdfast = place.holdfast("repository").with(programs);
        holdfast.run("init");
        String again = "again";
        try (FaultyLink link = new FaultyLink(server.port()).limit(SLOWLY)) {
            String url = "postgresql://" + ROLE + "@127.0.0.1:" + link.port() + "/";
            Result done = holdfast.attempt(0, "backup", "--prove", "sound", url + DATABASE);
            assertThat(done.err()).doesNotContain("begins again", "warning");
            holdfast.run("restore", "--target", url + again, "--create");
        }
        // they would end the comparison too
        server.run(PostgresServer.SUPERUSER, "ALTER DATABASE shop RESET ALL", "ALTER DATABASE again RESET ALL");
        DatabaseComparison.assertSame(
                DatabaseComparison.read(server, DATABASE), DatabaseComparison.read(server, again));
        server.run(PostgresServer.SUPERUSER, "DROP DATABASE " + again, "DROP ROLE " + ROLE);
    }

    @Test
    void aFullDiskOfTheRepositoryLeavesNothingOnTheServer() throws Exception {
        assertThat(NastyTree.isRoot())
                .as("this test mounts a file system of its own, so it must be run as root: sudo ./check")
                .isTrue();
        Path small = Files.createDirectory(place.path("small disk"));
        place.run("mount", "-t", "tmpfs", "-o", "size=20m,mode=0755", "holdfast-test", small.toString());
        try {
            Holdfast holdfast = Holdfast.on(small.resolve("repository"), place.folder(), place.scratch())
                    .with(programs);
            holdfast.run("init");
            String before = holdfast.backup("--schema-only", "--prove", "identical", server.url(DATABASE));
            Result failed = holdfast.refused(1, "backup", server.url(DATABASE));
            assertThat(failed.err()).containsIgnoringCase("no space left").contains("hint: free some space");
            assertThat(failed.err()).doesNotContain("begins again");
            nothingIsLeftOnTheServer();

            assertThat(holdfast.ids()).containsExactly(before);
            holdfast.run("prune");
            holdfast.run("check", "--read-data");
            assertThat(holdfast.run("verify", before, "--level", "identical")).contains("level 4 identical");
        } finally {
            place.run("umount", small.toString());
        }
    }
}
