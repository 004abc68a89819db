package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.PostgresServer;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Goal: `kill -9` of a backup and its proof at any moment, or the end of what its sessions do, lists
/// nothing that does not restore exactly, leaves nothing on the server, and the next run needs no
/// help: it removes what was left on this machine, the server of a proof included. Method: all rows
/// change from round to round; the uplink is throttled, so that most of the run is open to the kill.
final class PostgresKilledBackupTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final String DATABASE = "shop";
    private static final int ROUNDS = 5;

    @AutoClose
    private final Workplace place = new Workplace();

    private final Holdfast holdfast = place.holdfast("repository").with(SERVER.programs());
    private final long seed = Seed.choose();
    private final Random random = new Random(seed);
    private final Map<String, DatabaseComparison.Content> saved = new LinkedHashMap<>();

    @BeforeEach
    void makeDatabase() throws IOException, SQLException {
        // where the account that runs the server of a proof may enter, which else lives in /tmp
        for (Path above : List.of(place.folder(), place.scratch())) {
            Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwx--x--x"));
        }
        SERVER.run(PostgresServer.SUPERUSER, "DROP DATABASE IF EXISTS " + DATABASE);
        SERVER.database(DATABASE);
        SERVER.run(
                DATABASE,
                "CREATE TABLE article (id int PRIMARY KEY, body text)",
                "INSERT INTO article SELECT g, '' FROM generate_series(1, 20000) g",
                "CREATE TABLE round (number int)",
                "SELECT lo_from_bytea(1, 'an object')");
        holdfast.run("init");
    }

    @AfterEach
    void nothingIsLeft() throws IOException, InterruptedException, SQLException {
        ServerIsClean.assertAfter(SERVER);
        assertThat(place.scratch()).isEmptyDirectory();
        assertThat(serversOfProofs()).isEmpty();
    }

    /// Processes, by what tells that they are of this test.
    private List<String> serversOfProofs() {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::info)
                .filter(info -> info.command().orElse("").endsWith("/postgres"))
                .map(info -> String.join(" ", info.arguments().orElse(new String[0])))
                .filter(arguments -> arguments.contains(place.scratch().toString()))
                .toList();
    }

    private static String[] backup() {
        return new String[] {"backup", SERVER.url(DATABASE), "--limit-upload", "1000", "--prove", "restored"};
    }

    private DatabaseComparison.Content changed(int round) throws IOException, SQLException {
        SERVER.run(
                DATABASE,
                "UPDATE article SET body = md5((id * " + random.nextInt(1 << 16) + ")::text) || md5(body)",
                "INSERT INTO round VALUES (" + round + ")",
                "SELECT lo_put(1, 0, '" + round + "')");
        return DatabaseComparison.read(SERVER, DATABASE);
    }

    private void backUp(int round) throws IOException, SQLException {
        DatabaseComparison.Content now = changed(round);
        holdfast.run(backup());
        saved.put(holdfast.ids().getLast(), now);
    }

    @Test
    void whateverMomentItIsKilledAtWhatIsListedRestores() throws Exception {
        long begin = System.nanoTime();
        backUp(0);
        Duration whole = Duration.ofNanos(System.nanoTime() - begin);
        int killed = 0;
        for (int round = 1; round <= ROUNDS; round++) {
            killed += killedAt(round, random.nextLong(whole.toMillis())) ? 1 : 0;
        }
        assertThat(killed).as("backups that were killed, -Dseed=%d", seed).isPositive();
        backUp(ROUNDS + 1);
        for (Map.Entry<String, DatabaseComparison.Content> snapshot : saved.entrySet()) {
            assertRestores(snapshot.getKey(), snapshot.getValue());
        }
        assertThat(Await.stored(holdfast.repository().resolve("locks")))
                .as("locks of dead processes")
                .isZero();
        holdfast.run("check", "--read-data");
    }

    /// @return whether the kill came before the end
    private boolean killedAt(int round, long milliseconds) throws Exception {
        String when = "killed " + round + " after " + milliseconds + " ms, -Dseed=" + seed;
        DatabaseComparison.Content now = changed(round);
        boolean running;
        try (HoldfastProcess backup = holdfast.start(backup())) {
            Thread.sleep(milliseconds);
            running = backup.running();
            backup.kill();
        }
        ServerIsClean.assertAfter(SERVER);
        List<String> listed = holdfast.ids();
        assertThat(listed).as(when).containsAll(saved.keySet());
        listed.forEach(id -> saved.putIfAbsent(id, now));
        assertThat(saved.keySet()).as(when).containsExactlyElementsOf(listed);
        return running;
    }

    @Test
    void theServerOfAKilledProofIsGoneAfterTheNextRun() throws Exception {
        backUp(0);
        try (HoldfastProcess proof = holdfast.start("verify", "--level", "restored")) {
            Await.until("a server", () -> !serversOfProofs().isEmpty() || !proof.running());
            proof.kill();
        }
        assertThat(serversOfProofs()).as("what the kill left").isNotEmpty();
        assertThat(place.scratch()).isNotEmptyDirectory();
        holdfast.run("verify", "--level", "stored");
        assertThat(serversOfProofs()).isEmpty();
        assertThat(place.scratch()).isEmptyDirectory();
    }

    private void assertRestores(String id, DatabaseComparison.Content expected) throws IOException, SQLException {
        Path target = Files.createTempDirectory(place.folder(), "restored");
        holdfast.run("restore", id, "--target", target.toString(), "--no-verify");
        String copy = PostgresFolder.below(target).into(SERVER, "copy");
        DatabaseComparison.assertSame(expected, DatabaseComparison.read(SERVER, copy));
        SERVER.run(PostgresServer.SUPERUSER, "DROP DATABASE " + copy);
    }

    /// As an administrator does who sees that a statement takes long, until it is gone: that is a wish, and
    /// trying again would be against it.
    @Test
    void aCopyThatIsCancelledIsOneClearFailure() throws Exception {
        // more than fits into the buffers on the way
        SERVER.run(
                DATABASE,
                "INSERT INTO article SELECT g, repeat(md5(g::text), 20) FROM generate_series(20001, 60000) g");
        DatabaseComparison.Content now = DatabaseComparison.read(SERVER, DATABASE);
        Result failed;
        try (FaultyLink link = new FaultyLink(SERVER.port()).limit(5 << 20);
                HoldfastProcess backup = holdfast.start(
                        "backup", SERVER.url(DATABASE).replace(":" + SERVER.port() + "/", ":" + link.port() + "/"))) {
            Await.until("the end", () -> {
                cancelAnyCopy();
                return !backup.running();
            });
            failed = Holdfast.finish(backup);
        }
        assertThat(failed.exitCode()).as(failed.all()).isEqualTo(1);
        assertThat(failed.err())
                .contains("the rows of public.article: ERROR: canceling statement due to user request")
                .contains("hint: somebody cancelled it on the server");
        assertThat(failed.err().lines().filter(line -> line.startsWith("holdfast: ")))
                .as(failed.all())
                .hasSize(1);
        assertThat(holdfast.ids()).isEmpty();
        ServerIsClean.assertAfter(SERVER);
        assertRestores(holdfast.backup(SERVER.url(DATABASE)), now);
    }

    private static void cancelAnyCopy() throws IOException {
        try {
            SERVER.ask(
                    PostgresServer.SUPERUSER,
                    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE state = 'active'"
                            + " AND query LIKE 'COPY%article%' AND datname = '" + DATABASE + "'");
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }
}
