package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.backup.Backups;
import holdfast.repository.Repository;
import holdfast.source.postgres.ProvingServer.Outcome;
import holdfast.storage.MemoryStorage;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: whatever several sessions do, with transactions open over several backups, a backup that
/// leaves tables unread holds what one that reads them all does. Method: random statements from a
/// seed, which is printed and accepted back with `-Dseed=`; nobody writes while the two backups of
/// a round are taken, but transactions stay open.
@Tag("slow")
final class RandomChangesTest {
    @RegisterExtension
    static final PostgresServer SERVER = ProvingServer.settings();

    private static final int ROUNDS = 25;
    private static final int SESSIONS = 3;
    private static final int TABLES = 5;

    @TempDir
    static Path folder;

    private static final String DATABASE = "shop";

    private final long seed = Long.getLong("seed", new Random().nextLong(1L << 30));
    private final Random random = new Random(seed);
    private final List<Statement> sessions = new ArrayList<>();
    private final List<String> prepared = new ArrayList<>();
    private final List<String> story = new ArrayList<>();

    @Test
    void aBackupThatLeavesTablesUnreadHoldsWhatOneThatReadsThemDoes() throws Exception {
        System.out.println("RandomChangesTest -Dseed=" + seed);
        SERVER.database(DATABASE);
        for (int table = 0; table < TABLES; table++) {
            SERVER.run(DATABASE, ProvingServer.table("t" + table), ProvingServer.rows("t" + table));
        }
        ProvingServer proving = new ProvingServer(SERVER, folder);
        int read = 0;
        try (Repository repository = Backups.init(new MemoryStorage())) {
            for (int i = 0; i < SESSIONS; i++) {
                Statement session = SERVER.connect(DATABASE).createStatement();
                session.execute("SET lock_timeout = '20ms'");
                sessions.add(session);
            }
            proving.backUp(repository, DATABASE);
            for (int round = 0; round < ROUNDS; round++) {
                int statements = random.nextInt(8);
                for (int i = 0; i < statements; i++) {
                    change();
                }
                Outcome outcome = proving.backUp(repository, DATABASE);
                story.add("backup read " + outcome.read());
                assertThat(outcome.record().details()).containsKey(History.DETAIL);
                read += outcome.read().size();
                try {
                    proving.assertExact(repository, DATABASE, outcome);
                } catch (AssertionError e) {
                    throw new AssertionError("seed " + seed + ":\n" + String.join("\n", story), e);
                }
            }
        } finally {
            for (Statement session : sessions) {
                session.getConnection().close();
            }
        }
        // or the test is none
        assertThat(read).isBetween(ROUNDS / 2, ROUNDS * TABLES * 9 / 10);
    }

    private void change() throws SQLException {
        int session = random.nextInt(SESSIONS);
        String statement = statement();
        try {
            sessions.get(session).execute(statement);
            story.add(session + ": " + statement);
            if (statement.startsWith("PREPARE")) {
                prepared.add(statement.substring(statement.indexOf('\'')));
            }
            if (statement.startsWith("COMMIT PREPARED") || statement.startsWith("ROLLBACK PREPARED")) {
                prepared.remove(statement.substring(statement.indexOf('\'')));
            }
        } catch (SQLException e) {
            story.add(session + ": " + statement + ": " + e.getMessage());
            sessions.get(session).execute("ROLLBACK");
        }
    }

    private String statement() {
        String table = "t" + (int) Math.min(TABLES - 1, Math.abs(random.nextGaussian()) * 2);
        int id = 1 + random.nextInt(12_000);
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> "BEGIN";
            case 4, 5 -> "COMMIT";
            case 6 -> "ROLLBACK";
            case 7, 8, 9 -> "UPDATE " + table + " SET n = " + random.nextInt() + " WHERE id = " + id;
            case 10 -> "DELETE FROM " + table + " WHERE id = " + id;
            case 11 -> "INSERT INTO " + table + " (id, body) VALUES (" + id + ", 'new') ON CONFLICT DO NOTHING";
            case 12 -> "INSERT INTO " + table + " (id) VALUES (" + (100_000 + random.nextInt(100_000)) + ")";
            case 13 -> "SAVEPOINT s";
            case 14 -> "ROLLBACK TO s";
            case 15 -> "SELECT FROM " + table + " WHERE id = " + id + " FOR UPDATE";
            case 16 -> "VACUUM " + (random.nextBoolean() ? "FREEZE " : "") + table;
            case 17 -> "SELECT pg_current_xact_id()";
            case 18 -> "PREPARE TRANSACTION 'p" + random.nextInt(1000) + "'";
            default ->
                prepared.isEmpty()
                        ? "SELECT 1"
                        : (random.nextBoolean() ? "COMMIT" : "ROLLBACK") + " PREPARED "
                                + prepared.get(random.nextInt(prepared.size()));
        };
    }
}
