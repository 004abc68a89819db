package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.backup.Backups;
import holdfast.repository.Repository;
import holdfast.source.postgres.ProvingServer.Outcome;
import holdfast.storage.MemoryStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: a server that has forgotten what the parent snapshot saw, since it was set back to an
/// image of its disk or crashed without its latest commits, is never believed, though it gives the
/// same transaction ids to others.
@Tag("slow")
final class SetBackServerTest {
    private static final String DATABASE = "shop";
    private static final int TRANSACTIONS = 20;

    @TempDir
    Path folder;

    private PostgresServer server = ProvingServer.settings();

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private ProvingServer begin(PostgresServer chosen) throws Exception {
        server = chosen;
        server.start();
        server.database(DATABASE);
        server.run(DATABASE, ProvingServer.table("t"), ProvingServer.rows("t"), "CHECKPOINT");
        return new ProvingServer(server, folder);
    }

    private static void copy(Path from, Path to) throws Exception {
        if (Files.exists(to)) {
            ServerPrograms.delete(to);
        }
        assertThat(new ProcessBuilder("cp", "-a", from.toString(), to.toString())
                        .start()
                        .waitFor())
                .isZero();
    }

    private void transactions(String end) throws SQLException {
        try (Connection connection = server.connect(DATABASE);
                Statement statement = connection.createStatement()) {
            for (int i = 1; i <= TRANSACTIONS; i++) {
                statement.execute("BEGIN");
                statement.execute("UPDATE t SET body = '" + end + "' WHERE id = " + i * 100);
                statement.execute(end);
            }
        }
    }

    private String nextTransaction() throws SQLException {
        return server.ask(DATABASE, "SELECT pg_snapshot_xmax(pg_current_snapshot())")
                .getFirst();
    }

    /// In the past that is forgotten, the last commit that the image has is still the last one, for
    /// all others were rolled back: no time of a commit from before the snapshot tells the two
    /// pasts apart.
    @ParameterizedTest
    @ValueSource(strings = {"ROLLBACK", "COMMIT"})
    void aServerSetBackToAnImageOfItsDiskIsReadAgain(String ended) throws Exception {
        ProvingServer proving = begin(ProvingServer.settings());
        server.stop();
        Path image = server.data().resolveSibling("image");
        copy(server.data(), image);
        server.start();
        try (Repository repository = Backups.init(new MemoryStorage())) {
            transactions(ended);
            Outcome first = proving.backUp(repository, DATABASE);
            assertThat(first.record().details()).containsKey(History.DETAIL);
            String afterwards = nextTransaction();
            assertThat(proving.backUp(repository, DATABASE).read()).isEmpty();
            server.stop();
            copy(image, server.data());
            server.start();
            transactions("COMMIT");
            while (Long.parseLong(nextTransaction()) < Long.parseLong(afterwards) + TRANSACTIONS) {
                server.run(DATABASE, "SELECT pg_current_xact_id()");
            }
            Outcome second = proving.backUp(repository, DATABASE);
            proving.assertExact(repository, DATABASE, second);
            assertThat(second.read()).containsExactly("t");
        }
    }

    /// Before the transaction ids are the same again, too.
    @Test
    void aServerSetBackAMomentAgoIsReadAgain() throws Exception {
        ProvingServer proving = begin(ProvingServer.settings());
        server.stop();
        Path image = server.data().resolveSibling("image");
        copy(server.data(), image);
        server.start();
        try (Repository repository = Backups.init(new MemoryStorage())) {
            transactions("ROLLBACK");
            proving.backUp(repository, DATABASE);
            server.stop();
            copy(image, server.data());
            server.start();
            server.run(DATABASE, "UPDATE t SET n = 1 WHERE id = 1");
            Outcome second = proving.backUp(repository, DATABASE);
            proving.assertExact(repository, DATABASE, second);
            assertThat(second.read()).containsExactly("t");
        }
    }

    @Test
    void aServerThatLostWhatItHadNotWrittenToItsDiskIsReadAgain() throws Exception {
        ProvingServer proving = begin(ProvingServer.settings()
                .setting("synchronous_commit", "off")
                .setting("wal_writer_delay", "10s")
                .setting("autovacuum", "off"));
        try (Repository repository = Backups.init(new MemoryStorage())) {
            server.run(DATABASE, "UPDATE t SET n = 1 WHERE id = 6000");
            Outcome first = proving.backUp(repository, DATABASE);
            server.crash();
            server.start();
            List<String> survived = server.ask(DATABASE, "SELECT n FROM t WHERE id = 6000");
            server.run(DATABASE, "UPDATE t SET n = 2 WHERE id = 6000");
            Outcome second = proving.backUp(repository, DATABASE);
            proving.assertExact(repository, DATABASE, second);
            assertThat(second.read()).containsExactly("t");
            // or the test is none
            assertThat(survived).containsExactly("0");
            assertThat(first.record().details()).doesNotContainKey(History.DETAIL);
        }
    }

    @Test
    void aCrashThatLostNothingLeavesTheProof() throws Exception {
        ProvingServer proving = begin(ProvingServer.settings());
        try (Repository repository = Backups.init(new MemoryStorage())) {
            proving.backUp(repository, DATABASE);
            server.run(DATABASE, "CREATE TABLE after_it (id int)");
            server.crash();
            server.start();
            Outcome second = proving.backUp(repository, DATABASE);
            proving.assertExact(repository, DATABASE, second);
            assertThat(second.read()).containsExactly("after_it");
        }
    }

    @Test
    void aServerThatKeepsNoTimesOfCommitsIsReadEveryTime() throws Exception {
        ProvingServer proving = begin(ProvingServer.settings());
        try (Repository repository = Backups.init(new MemoryStorage())) {
            proving.backUp(repository, DATABASE);
            server.setting("track_commit_timestamp", "off").restart();
            assertThat(proving.backUp(repository, DATABASE).read()).containsExactly("t");
            server.setting("track_commit_timestamp", "on").restart();
            assertThat(proving.backUp(repository, DATABASE).read()).containsExactly("t");
            assertThat(proving.backUp(repository, DATABASE).read()).isEmpty();
        }
    }
}
