package holdfast.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Random;

/// A database with invariants that every committed state keeps and hardly any mixture of two states does:
/// money only moves between accounts, the ledger has no gap and explains every balance, and a checksum row
/// counts what comes and goes in a table that makes the file grow and shrink.
final class Ledger {
    static final int ACCOUNTS = 500;
    private static final int START = 1000;

    private final Connection connection;
    private final Random random;

    Ledger(Connection connection, long seed) {
        this.connection = connection;
        this.random = new Random(seed);
    }

    static void create(Path database, String... pragmas) throws SQLException {
        try (Connection connection = Databases.open(database)) {
            Databases.run(connection, pragmas);
            Databases.run(
                    connection,
                    "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, pad TEXT)",
                    "CREATE TABLE ledger (seq INTEGER PRIMARY KEY, debit INT NOT NULL, credit INT NOT NULL,"
                            + " amount INT NOT NULL)",
                    "CREATE INDEX ledger_debit ON ledger (debit)",
                    "CREATE TABLE heap (id INTEGER PRIMARY KEY, body BLOB)",
                    "CREATE TABLE state (k TEXT PRIMARY KEY, v INT) WITHOUT ROWID",
                    "INSERT INTO state VALUES ('rows', 0), ('bytes', 0)",
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + ACCOUNTS + ")"
                            + " INSERT INTO accounts SELECT i, " + START + ", hex(zeroblob(200)) FROM n");
        }
    }

    /// One transaction, now and then a large one, now and then one that is rolled back.
    void transact() throws SQLException {
        Databases.run(connection, "BEGIN IMMEDIATE");
        int kind = random.nextInt(20);
        for (int i = random.nextInt(1, 6); i > 0; i--) {
            transfer();
        }
        if (kind == 0) {
            grow(random.nextInt(1, 25));
        } else if (kind == 1) {
            Databases.run(
                    connection,
                    "DELETE FROM heap WHERE id % 3 <> 0",
                    "UPDATE state SET v = (SELECT count(*) FROM heap) WHERE k = 'rows'",
                    "UPDATE state SET v = (SELECT coalesce(sum(length(body)), 0) FROM heap) WHERE k = 'bytes'");
        } else if (kind == 2) {
            grow(60);
            Databases.run(connection, "ROLLBACK");
            return;
        }
        Databases.run(connection, "COMMIT");
    }

    private void transfer() throws SQLException {
        int debit = random.nextInt(1, ACCOUNTS + 1);
        int credit = random.nextInt(1, ACCOUNTS + 1);
        int amount = random.nextInt(1, 100);
        execute("UPDATE accounts SET balance = balance - ? WHERE id = ?", amount, debit);
        execute("UPDATE accounts SET balance = balance + ? WHERE id = ?", amount, credit);
        execute("INSERT INTO ledger SELECT coalesce(max(seq), 0) + 1, ?, ?, ? FROM ledger", debit, credit, amount);
    }

    private void grow(int rows) throws SQLException {
        for (int i = 0; i < rows; i++) {
            int bytes = random.nextInt(1, 9000);
            execute("INSERT INTO heap (body) VALUES (randomblob(?))", bytes);
            execute("UPDATE state SET v = v + 1 WHERE k = 'rows'");
            execute("UPDATE state SET v = v + ? WHERE k = 'bytes'", bytes);
        }
    }

    private void execute(String sql, int... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setInt(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    /// @return number of ledger entries
    static long check(Path file) throws SQLException {
        try (Connection c = SqliteConnections.unchanging(file)) {
            assertThat(Databases.ask(c, "PRAGMA integrity_check")).isEqualTo("ok");
            assertThat(Databases.ask(c, "SELECT sum(balance) FROM accounts")).isEqualTo("" + ACCOUNTS * START);
            assertThat(Databases.ask(c, "SELECT count(*) - coalesce(max(seq), 0) FROM ledger"))
                    .isEqualTo("0");
            assertThat(Databases.ask(
                            c,
                            "SELECT count(*) FROM accounts a WHERE balance <> " + START
                                    + " + (SELECT coalesce(sum(amount), 0) FROM ledger WHERE credit = a.id)"
                                    + " - (SELECT coalesce(sum(amount), 0) FROM ledger WHERE debit = a.id)"
                                    + " AND id % 50 = 1"))
                    .isEqualTo("0");
            assertThat(Databases.ask(c, "SELECT count(*) || ' ' || coalesce(sum(length(body)), 0) FROM heap"))
                    .isEqualTo(Databases.ask(
                            c,
                            "SELECT (SELECT v FROM state WHERE k = 'rows') || ' '"
                                    + " || (SELECT v FROM state WHERE k = 'bytes')"));
            return Long.parseLong(Databases.ask(c, "SELECT count(*) FROM ledger"));
        }
    }
}
