package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A database of which each booking follows from its number, so that the state after any number of them can be
/// made once more: whatever a backup caught beside a writer must be one of the states that were committed.
///
/// Bookings move money between accounts that lie all over the file, and make a heap grow and shrink.
final class Ledger {
    /// Each transaction makes so many; a state between them was never committed.
    static final int PER_TRANSACTION = 3;

    private static final int ACCOUNTS = 3000;
    private static final int START = 1000;
    private static final String BOOK = "INSERT INTO journal SELECT * FROM next";

    /// A transaction, as one line that says at the end how many bookings there are now, and when that was.
    static final String TRANSACTION = "BEGIN IMMEDIATE; " + (BOOK + "; ").repeat(PER_TRANSACTION) + "COMMIT;"
            + " SELECT n, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) FROM counter;";

    /// A transaction that comes to nothing.
    static final String VAIN =
            "BEGIN IMMEDIATE; UPDATE accounts SET balance = 0 WHERE id % 60 = 7; " + BOOK + "; ROLLBACK;";

    private final Path file;
    private final Sqlite database;

    Ledger(Path file) {
        this.file = file;
        this.database = new Sqlite(file);
    }

    /// @param seed which accounts it goes between
    static Ledger create(Path file, long seed, String... pragmas) {
        Ledger made = new Ledger(file);
        List<String> script = new ArrayList<>(List.of(pragmas));
        long from = seed % ACCOUNTS;
        Collections.addAll(
                script,
                "CREATE TABLE counter (n INT NOT NULL, link INT NOT NULL)",
                "INSERT INTO counter VALUES (0, 7)",
                "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INT NOT NULL, rate REAL, pad TEXT)",
                "WITH RECURSIVE i(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM i WHERE id < " + ACCOUNTS + ")"
                        + " INSERT INTO accounts SELECT id, " + START + ", id / 7.0,"
                        + " printf('%.3000c', char(97 + id % 26)) FROM i",
                "CREATE TABLE journal (n INTEGER PRIMARY KEY, debit INT NOT NULL REFERENCES accounts,"
                        + " credit INT NOT NULL REFERENCES accounts, cents INT NOT NULL, link INT NOT NULL)",
                "CREATE INDEX journal_debit ON journal (debit)",
                "CREATE TABLE heap (id INTEGER PRIMARY KEY, body BLOB)",
                "CREATE VIEW next AS SELECT n + 1 AS n, (n * 7919 + " + from + ") % " + ACCOUNTS + " + 1 AS debit,"
                        + " (n * 104729 + " + from + ") % " + ACCOUNTS + " + 1 AS credit, n % 97 + 1 AS cents,"
                        + " (link * 31 + n) % 1000000007 AS link FROM counter",
                "CREATE TRIGGER booked AFTER INSERT ON journal BEGIN"
                        + " UPDATE accounts SET balance = balance - new.cents WHERE id = new.debit;"
                        + " UPDATE accounts SET balance = balance + new.cents WHERE id = new.credit;"
                        + " UPDATE counter SET n = new.n, link = new.link;"
                        + " END",
                "CREATE TRIGGER grown AFTER INSERT ON journal WHEN new.n % 20 = 0 BEGIN"
                        + " INSERT INTO heap (body) SELECT zeroblob((new.n + id * 37) % 6000) FROM accounts"
                        + " WHERE id <= 20; END",
                "CREATE TRIGGER shrunk AFTER INSERT ON journal WHEN new.n % 300 = 0 BEGIN"
                        + " DELETE FROM heap WHERE id % 3 <> new.n / 300 % 3; END");
        made.database.ask(script.toArray(String[]::new));
        return made;
    }

    Path file() {
        return file;
    }

    long bookings() {
        return Long.parseLong(database.ask("SELECT n FROM counter"));
    }

    /// Goes on until there are so many bookings.
    Ledger bookUntil(long number) {
        List<String> script = new ArrayList<>(List.of("PRAGMA synchronous = OFF", "BEGIN"));
        script.addAll(Collections.nCopies(Math.toIntExact(number - bookings()), BOOK));
        script.add("COMMIT");
        database.ask(script.toArray(String[]::new));
        return this;
    }

    /// Schema and every row, as statements.
    String dump() {
        return database.dump();
    }

    /// Fails unless all that is true after every transaction is true, and every row is as `expected` says.
    ///
    /// @param expected what [#dump] said of a ledger with as many bookings
    void assertHolds(String expected) {
        assertThat(database.ask(
                        "SELECT sum(balance) FROM accounts",
                        "SELECT count(*) - c.n, max(j.n) - c.n, c.n % " + PER_TRANSACTION
                                + " FROM journal j, counter c",
                        "SELECT count(*) FROM journal a JOIN journal b ON b.n = a.n + 1"
                                + " WHERE b.link <> (a.link * 31 + a.n) % 1000000007"))
                .as("invariants of " + file)
                .isEqualTo(ACCOUNTS * START + "\n0|0|0\n0");
        database.assertHolds(expected);
    }
}
