package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Goal: a backup beside writers that never pause, and beside others who make, change and drop tables, holds one state
/// that was committed. Method: money is moved between accounts, so that its sum never changes, and each move is written
/// to a ledger without gaps; both must be so in every copy, and the accounts must be what the ledger makes of them.
final class PostgresUnderFireTest {
    private static final String DATABASE = "bank";
    private static final int BACKUPS = 5;
    private static final int ACCOUNTS = 20_000;
    private static final int WRITERS = 3;
    private static final int MOVES_BETWEEN_CHANGES = 200;

    /// Only one who can lock a table at once changes it: these must not make a queue for the writers.
    private static final List<String> CHANGES = List.of(
            "CREATE TABLE IF NOT EXISTS fleeting AS SELECT generate_series(1, 1000) AS id",
            "ALTER TABLE fleeting ADD COLUMN IF NOT EXISTS more text DEFAULT 'x'",
            "TRUNCATE fleeting",
            "DROP TABLE IF EXISTS fleeting",
            "VACUUM FULL accounts",
            "ALTER TABLE accounts ALTER COLUMN owner SET STATISTICS 10",
            "CREATE INDEX IF NOT EXISTS ledger_moved ON ledger (moved)",
            "DROP INDEX IF EXISTS ledger_moved",
            "TRUNCATE accounts_archive");

    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    @AutoClose
    private final Workplace place = new Workplace();

    @AutoClose("shutdownNow")
    private final ExecutorService others = Executors.newCachedThreadPool();

    private final long seed = Seed.choose();
    private final Holdfast holdfast = place.holdfast("repository").optimised().with(SERVER.programs());
    private final AtomicLong moves = new AtomicLong();
    private final AtomicLong changes = new AtomicLong();
    private volatile boolean over;

    private void makeDatabase() throws SQLException {
        SERVER.database(DATABASE);
        SERVER.run(
                DATABASE,
                // uncompressed, so that it is read in several ranges
                "CREATE TABLE accounts (id int PRIMARY KEY, owner text, balance bigint NOT NULL)",
                "ALTER TABLE accounts ALTER owner SET STORAGE PLAIN",
                "INSERT INTO accounts SELECT g, repeat(md5(g::text), 120), 1000 FROM generate_series(1, " + ACCOUNTS
                        + ") g",
                "CREATE TABLE accounts_archive (id int)",
                "INSERT INTO accounts_archive SELECT generate_series(1, 1000)",
                "CREATE TABLE last_move (number bigint)",
                "INSERT INTO last_move VALUES (0)",
                "CREATE TABLE ledger (number bigint PRIMARY KEY, moved bigint, giver int, taker int)");
    }

    private Void write(int writer) throws SQLException {
        Random random = new Random(seed + writer);
        try (Connection connection = SERVER.connect(DATABASE);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!over) {
                int giver = 1 + random.nextInt(ACCOUNTS);
                int taker = 1 + random.nextInt(ACCOUNTS);
                int moved = random.nextInt(100);
                // the lock on this row puts the moves into one order
                statement.execute("UPDATE last_move SET number = number + 1");
                statement.execute("UPDATE accounts SET balance = balance - " + moved + " WHERE id = " + giver);
                statement.execute("UPDATE accounts SET balance = balance + " + moved + " WHERE id = " + taker);
                statement.execute(
                        "INSERT INTO ledger SELECT number, " + moved + ", " + giver + ", " + taker + " FROM last_move");
                connection.commit();
                moves.incrementAndGet();
            }
        }
        return null;
    }

    private Void change() throws SQLException, InterruptedException {
        try (Connection connection = SERVER.connect(DATABASE);
                Statement statement = connection.createStatement()) {
            statement.execute("SET lock_timeout = '20ms'");
            for (int i = 0; !over; i++) {
                // no faster: of a table that goes before pg_dump can lock it, there is no backup
                for (long next = moves.get() + MOVES_BETWEEN_CHANGES; moves.get() < next && !over; ) {
                    Thread.sleep(1);
                }
                try {
                    statement.execute(CHANGES.get(i % CHANGES.size()));
                    changes.incrementAndGet();
                } catch (SQLException _) {
                    // somebody else has it, or it is not there
                }
            }
        }
        return null;
    }

    @Test
    void everyBackupHoldsOneCommittedState() throws Exception {
        makeDatabase();
        holdfast.run("init");
        List<Future<Void>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            int writer = i;
            writers.add(others.submit(() -> write(writer)));
        }
        writers.add(others.submit(this::change));
        List<String> ids = new ArrayList<>();
        try {
            for (int i = 0; i < BACKUPS; i++) {
                long before = moves.get();
                ids.add(backUp());
                assertThat(moves.get()).as("moves during a backup").isGreaterThan(before);
            }
        } finally {
            over = true;
        }
        for (Future<Void> writer : writers) {
            writer.get();
        }
        assertThat(changes.get()).as("changes of tables meanwhile").isPositive();
        long last = 0;
        for (String id : ids) {
            Path target = Files.createTempDirectory(place.folder(), "restored");
            holdfast.run("restore", id, "--target", target.toString(), "--no-verify");
            long moved = assertHolds(PostgresFolder.below(target).into(SERVER, "copy " + id.substring(0, 8)));
            assertThat(moved).isGreaterThan(last);
            last = moved;
        }
        holdfast.run("restore", ids.getLast(), "--target", SERVER.url("by holdfast"), "--create");
        assertThat(assertHolds("by holdfast")).isEqualTo(last);
    }

    /// One that met a change in the very moment in which it wanted to lock is told so, and made again.
    private String backUp() throws IOException {
        for (int attempt = 0; ; attempt++) {
            HoldfastProcess.Result result =
                    holdfast.attempt("backup", "--prove", "sound", "--json", SERVER.url(DATABASE));
            if (result.exitCode() == 0) {
                return Holdfast.last(result.out()).get("snapshot_id").asString();
            }
            assertThat(result.exitCode()).as(result.all()).isEqualTo(4);
            assertThat(result.err()).contains("relation");
            assertThat(attempt).as(result.all()).isLessThan(5);
        }
    }

    /// @param copy a restored database
    /// @return how many moves it holds
    private long assertHolds(String copy) throws SQLException {
        assertThat(SERVER.ask(copy, "SELECT sum(balance), count(*), count(DISTINCT id) FROM accounts"))
                .as("money and accounts, -Dseed=%d", seed)
                .containsExactly(ACCOUNTS * 1000L + "|" + ACCOUNTS + "|" + ACCOUNTS);
        assertThat(SERVER.ask(
                        copy,
                        "SELECT count(*) = max(number) AND max(number) = (SELECT number FROM last_move) FROM ledger"))
                .as("a ledger without gaps, -Dseed=%d", seed)
                .containsExactly("t");
        assertThat(SERVER.ask(
                        copy,
                        "SELECT a.id FROM accounts a LEFT JOIN (SELECT id, sum(moved) AS moved FROM"
                                + " (SELECT taker AS id, moved FROM ledger UNION ALL SELECT giver, -moved FROM ledger) m"
                                + " GROUP BY id) m USING (id) WHERE balance <> 1000 + coalesce(m.moved, 0)"))
                .as("accounts that are not what the ledger makes of them, -Dseed=%d", seed)
                .isEmpty();
        return Long.parseLong(SERVER.ask(copy, "SELECT count(*) FROM ledger").getFirst());
    }
}
