package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.PostgresServer;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Goal: whatever happens to the connection, the server or the program during a backup, what is listed restores
/// exactly, nothing is left on the server, and the next backup works. Method: a slow link between the two, on which
/// the fault is made while rows are on their way.
final class PostgresFaultsTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final String DATABASE = "shop";
    private static final long SLOWLY = 7L << 20;
    private static final long SOME = 10L << 20;

    /// The least that there is.
    private static final String SILENCE = "5s";

    @AutoClose
    private final Workplace place = new Workplace();

    private final Holdfast holdfast = place.holdfast("repository").with(SERVER.programs());
    private final Random random = new Random(Seed.choose());
    private FaultyLink link;

    @BeforeAll
    static void makeDatabase() throws SQLException {
        SERVER.database(DATABASE);
        SERVER.run(
                DATABASE,
                // pages that are mostly empty: enough of them to be read in two ranges, with few rows
                "CREATE TABLE large (id int PRIMARY KEY, body text) WITH (fillfactor = 30)",
                "INSERT INTO large SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 54000) g",
                "CREATE TABLE small (id int)",
                "INSERT INTO small SELECT generate_series(1, 1000)",
                "SELECT lo_from_bytea(1, decode(repeat('00ff0a', 1000000), 'hex'))");
    }

    @BeforeEach
    void connect() throws IOException {
        link = new FaultyLink(SERVER.port());
        holdfast.run("init");
    }

    @AfterEach
    void nothingIsLeftOnTheServer() throws IOException, InterruptedException, SQLException {
        link.close();
        ServerIsClean.assertAfter(SERVER);
        assertThat(place.scratch()).isEmptyDirectory();
    }

    private String url() {
        return SERVER.url(DATABASE).replace(":" + SERVER.port() + "/", ":" + link.port() + "/");
    }

    private void assertRestores(String id) throws IOException, SQLException {
        Path target = Files.createTempDirectory(place.folder(), "restored");
        holdfast.run("restore", id, "--target", target.toString(), "--no-verify");
        String copy = "copy " + id.substring(0, 8);
        PostgresFolder.below(target).into(SERVER, copy);
        DatabaseComparison.assertSame(DatabaseComparison.read(SERVER, DATABASE), DatabaseComparison.read(SERVER, copy));
        SERVER.run(PostgresServer.SUPERUSER, "DROP DATABASE " + PostgresServer.identifier(copy));
    }

    private void assertTheNextWorks() throws IOException, SQLException {
        assertRestores(holdfast.backup(SERVER.url(DATABASE)));
        holdfast.run("check", "--read-data");
    }

    private HoldfastProcess startedSlowly(String... options) throws IOException, InterruptedException {
        link.limit(SLOWLY);
        List<String> words = new ArrayList<>(List.of("backup", url()));
        words.addAll(List.of(options));
        HoldfastProcess backup = holdfast.start(words.toArray(String[]::new));
        Await.until("rows on their way", () -> link.received() > SOME / 3 || !backup.running());
        assertThat(backup.running()).as(backup.err()).isTrue();
        return backup;
    }

    /// A failure in one line with a hint, and nothing listed.
    private void assertFailed(Result failed, int exitCode) throws IOException {
        assertThat(failed.exitCode()).as(failed.all()).isEqualTo(exitCode);
        assertThat(failed.err().lines().filter(line -> line.startsWith("holdfast: ")))
                .as(failed.all())
                .hasSize(1);
        assertThat(failed.err().lines().filter(line -> line.startsWith("hint: ")))
                .as(failed.all())
                .hasSize(1);
        assertThat(holdfast.ids()).isEmpty();
    }

    @Test
    void aConnectionThatBreaksWithinRowsIsMadeAgain() throws IOException, SQLException {
        link.cutAfter(SOME + random.nextLong(SOME));
        String id = holdfast.backup("--prove", "sound", url());
        assertThat(link.cuts()).isEqualTo(1);
        assertRestores(id);
        link.byReset().cutAfter(SOME + random.nextLong(SOME));
        assertRestores(holdfast.backup(url(), "--force"));
        assertThat(link.cuts()).isEqualTo(2);
    }

    @Test
    void aConnectionThatBreaksWithinALargeObjectIsMadeAgain() throws Exception {
        String objects = SERVER.database("objects");
        SERVER.run(
                objects,
                "SELECT lo_from_bytea(1, string_agg(decode(md5(g::text), 'hex'), ''::bytea ORDER BY g))"
                        + " FROM generate_series(1, 900000) g");
        // once by an orderly end, and what is read then by a reset
        link.cutAfter((3 << 20) + random.nextInt(4 << 20));
        try (HoldfastProcess backup =
                holdfast.start("backup", "--prove", "identical", url().replace(DATABASE, objects))) {
            Await.until("the first cut", () -> link.cuts() == 1 || !backup.running());
            link.byReset().cutAfter((1 << 20) + random.nextInt(4 << 20));
            Result done = Holdfast.finish(backup);
            assertThat(done.exitCode()).as(done.all()).isZero();
        }
        assertThat(link.cuts()).isEqualTo(2);
        assertThat(holdfast.snapshots().getLast().proof()).isEqualTo("identical");
        assertThat(holdfast.run("show")).doesNotContain("begun-again");
        Path target = Files.createTempDirectory(place.folder(), "restored");
        holdfast.run("restore", "--target", target.toString(), "--no-verify");
        Path file = PostgresFolder.below(target).path().resolve("blob_1.dat");
        String md5 = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(Files.readAllBytes(file)));
        assertThat(SERVER.ask(objects, "SELECT md5(lo_get(1))")).containsExactly(md5);
        SERVER.run(PostgresServer.SUPERUSER, "DROP DATABASE objects WITH (FORCE)");
    }

    private interface Fault {
        void happen() throws IOException, SQLException;
    }

    /// Done in the end, from a new snapshot, which is said; nothing of the lost one is seen.
    private void assertBegunAgain(Fault fault) throws Exception {
        Result done;
        try (HoldfastProcess backup = startedSlowly()) {
            SERVER.run(DATABASE, "INSERT INTO small VALUES (-1)");
            fault.happen();
            done = Holdfast.finish(backup);
        }
        assertThat(done.exitCode()).as(done.all()).isZero();
        assertThat(done.err()).contains("begins again, with a new snapshot").contains("was begun again once");
        assertThat(holdfast.ids()).hasSize(1);
        assertThat(holdfast.run("show")).contains("postgres.begun-again: 1");
        assertRestores(holdfast.ids().getFirst());
    }

    @Test
    void afterARestartOfTheServerItBeginsAgain() throws Exception {
        assertBegunAgain(SERVER::restart);
    }

    @Test
    void afterACrashOfTheServerItBeginsAgain() throws Exception {
        assertBegunAgain(() -> {
            SERVER.crash();
            SERVER.start();
        });
    }

    @Test
    void afterTheLossOfAllConnectionsItBeginsAgain() throws Exception {
        assertBegunAgain(link::cutAll);
    }

    @Test
    void whenTheSessionOfTheSnapshotIsEndedItBeginsAgain() throws Exception {
        assertBegunAgain(() -> assertThat(SERVER.ask(
                        DATABASE,
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + DATABASE
                                + "' AND application_name = 'holdfast' AND state = 'idle in transaction'"
                                + " AND xact_start = (SELECT min(xact_start) FROM pg_stat_activity"
                                + " WHERE datname = '" + DATABASE + "' AND application_name = 'holdfast')"))
                .containsExactly("t"));
    }

    @Test
    void aServerThatStaysAwayIsToldInTime() throws Exception {
        Result failed;
        try (HoldfastProcess backup = startedSlowly("--silence-timeout", SILENCE)) {
            SERVER.stop();
            failed = backup.await(Duration.ofSeconds(50));
        } finally {
            SERVER.start();
        }
        assertFailed(failed, 1);
        assertThat(failed.err())
                .contains("lost the server while the rows of public.large were read")
                .contains("did not come back within 5 s");
        assertTheNextWorks();
    }

    /// A server that takes connections and answers nothing: told in bounded time, wherever it begins.
    private void assertTheFreezeIsTold(HoldfastProcess backup, String when) throws IOException {
        link.freeze();
        Result failed = backup.await(Duration.ofSeconds(60));
        assertFailed(failed, 1);
        assertThat(failed.err())
                .contains("lost the server while " + when)
                .contains("did not come back within 5 s")
                .contains("no answer within 2.0 s");
    }

    private HoldfastProcess startedPatiently() throws IOException {
        return holdfast.start("backup", url() + "?connect_timeout=2", "--silence-timeout", SILENCE);
    }

    @Test
    void aServerThatFreezesWhileRowsAreReadIsTold() throws Exception {
        link.limit(SLOWLY);
        try (HoldfastProcess backup = startedPatiently()) {
            Await.until("rows on their way", () -> link.received() > SOME / 3 || !backup.running());
            assertTheFreezeIsTold(backup, "the rows of public.large were read: it has said nothing for too long");
        }
    }

    /// One waits for a lock, and there the freeze meets it.
    private void assertTheFreezeIsTold(String table, String program, String when) throws Exception {
        try (Connection other = SERVER.connect(DATABASE);
                Statement statement = other.createStatement();
                HoldfastProcess backup = lockedAndStarted(other, statement, table)) {
            Await.until(program + " waits", () -> !waiting().isEmpty() || !backup.running());
            assertThat(waiting()).first().asString().contains(table.replaceAll(".*\\.", ""));
            assertTheFreezeIsTold(backup, when);
        }
    }

    private HoldfastProcess lockedAndStarted(Connection other, Statement statement, String table)
            throws IOException, SQLException {
        other.setAutoCommit(false);
        statement.execute("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
        return startedPatiently();
    }

    private static List<String> waiting() throws IOException {
        try {
            return SERVER.ask(
                    PostgresServer.SUPERUSER, "SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    @Test
    void aServerThatFreezesWhileTheDatabaseIsDescribedIsTold() throws Exception {
        assertTheFreezeIsTold("small", "pg_dump", "the database was described: pg_dump came to a standstill");
    }

    @Test
    void aServerThatFreezesWhileRolesAreReadIsTold() throws Exception {
        assertTheFreezeIsTold("pg_catalog.pg_auth_members", "pg_dumpall", "the rows of public.");
    }

    @Test
    void ofAllDatabasesOnlyTheLostOneBeginsAgain() throws Exception {
        SERVER.database("another");
        SERVER.run("another", "CREATE TABLE t AS SELECT generate_series(1, 10) AS id");
        link.limit(SLOWLY);
        Result done;
        try (HoldfastProcess backup =
                holdfast.start("backup", "--all-databases", "--prove", "identical", "--json", url())) {
            Await.until("rows on their way", () -> link.received() > SOME / 3 || !backup.running());
            link.cutAll();
            done = Holdfast.finish(backup);
        } finally {
            SERVER.run(PostgresServer.SUPERUSER, "DROP DATABASE another");
        }
        assertThat(done.exitCode()).as(done.all()).isZero();
        assertThat(Holdfast.elements(Holdfast.last(done.out()).get("sources"))
                        .map(source -> source.get("location").asString().replaceAll(".*/", "") + " "
                                + source.get("begun_again").asInt()))
                .containsExactly("another 0", "postgres 0", DATABASE + " 1");
        assertThat(holdfast.snapshots().getLast().proof()).isEqualTo("identical");
    }

    @Test
    void afterAKillNothingIsLeft() throws Exception {
        try (HoldfastProcess backup = startedSlowly()) {
            backup.kill();
            backup.await(Duration.ofMinutes(1));
        }
        ServerIsClean.assertAfter(SERVER);
        assertThat(holdfast.ids()).isEmpty();
        assertTheNextWorks();
    }

    @Test
    void anInterruptedBackupEndsAtOnce() throws Exception {
        try (HoldfastProcess backup = startedSlowly()) {
            backup.signal("INT");
            assertThat(backup.await(Duration.ofSeconds(20)).exitCode()).isEqualTo(130);
        }
        assertThat(holdfast.ids()).isEmpty();
        assertTheNextWorks();
    }
}
