package holdfast.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.sqlite.DatabaseCopy.Moment;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Goal: whatever a writer and a checkpointer do at any point of a copy, the result is one committed state,
/// not older than the copy's begin. Method: let them act exactly there.
@Tag("slow")
final class DatabaseCopyRaceTest {
    private final long seed = Long.getLong("seed", new Random().nextLong(1 << 30));

    @TempDir
    private Path folder;

    /// @param before what has become of the log when the copy begins: all taken in (the reader then ignores
    ///     it), all taken in and cut to nothing, half taken in, or nothing taken in
    @ParameterizedTest
    @CsvSource({
        "FULL, COMMIT", "FULL, FULL", "FULL, RESTART", "FULL, TRUNCATE", "FULL, PASSIVE",
        "TRUNCATE, COMMIT", "TRUNCATE, FULL", "TRUNCATE, RESTART", "TRUNCATE, TRUNCATE", "TRUNCATE, PASSIVE",
        "HALF, COMMIT", "HALF, FULL", "HALF, RESTART", "HALF, TRUNCATE", "HALF, PASSIVE",
        "NOTHING, COMMIT", "NOTHING, FULL", "NOTHING, RESTART", "NOTHING, TRUNCATE", "NOTHING, PASSIVE"
    })
    void theCopyIsOneCommittedState(String before, String action) throws Exception {
        for (Set<Moment> when : powerSet()) {
            Path database = folder.resolve(when + ".db");
            Ledger.create(database, "PRAGMA journal_mode = WAL");
            try (Connection connection = Databases.open(database)) {
                Databases.run(connection, "PRAGMA wal_autocheckpoint = 0", "PRAGMA busy_timeout = 0");
                Ledger ledger = new Ledger(connection, seed);
                prepare(before, connection, ledger);
                long least = Long.parseLong(Databases.ask(connection, "SELECT count(*) FROM ledger"));
                List<Moment> seen = new ArrayList<>();
                try (StagingFolder staging = StagingFolder.in(folder)) {
                    StagedDatabase copy = new DatabaseCopy(database, staging, Databases.HASTY, moment -> {
                                seen.add(moment);
                                if (when.contains(moment)) {
                                    act(connection, ledger, action);
                                }
                            })
                            .take();
                    assertThat(copy.method()).isEqualTo(StagedDatabase.Method.READ_TRANSACTION);
                    assertThat(Ledger.check(copy.file()))
                            .as("-Dseed=%d %s", seed, seen)
                            .isGreaterThanOrEqualTo(least);
                }
            }
        }
    }

    private static void prepare(String before, Connection connection, Ledger ledger) throws SQLException {
        transact(ledger, 5);
        if (before.equals("HALF")) {
            Databases.ask(connection, "PRAGMA wal_checkpoint(PASSIVE)");
            transact(ledger, 5);
        } else if (!before.equals("NOTHING")) {
            Databases.ask(connection, "PRAGMA wal_checkpoint(" + before + ")");
        }
    }

    private static void act(Connection connection, Ledger ledger, String action) {
        try {
            transact(ledger, 3);
            if (!action.equals("COMMIT")) {
                Databases.ask(connection, "PRAGMA wal_checkpoint(" + action + ")");
                transact(ledger, 2);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void transact(Ledger ledger, int times) throws SQLException {
        for (int i = 0; i < times; i++) {
            ledger.transact();
        }
    }

    private static List<Set<Moment>> powerSet() {
        List<Set<Moment>> sets = new ArrayList<>();
        sets.add(EnumSet.noneOf(Moment.class));
        for (Moment moment : Moment.values()) {
            for (Set<Moment> each : List.copyOf(sets)) {
                Set<Moment> more = EnumSet.copyOf(each);
                more.add(moment);
                sets.add(more);
            }
        }
        return sets;
    }

    /// What checkpoints have dealt with is not read from the log again, so the copying of a log that nobody
    /// empties does not take longer each time.
    @Test
    void framesThatAreInTheFileAreLeftAlone() throws Exception {
        Path database = folder.resolve("ledger.db");
        Ledger.create(database, "PRAGMA journal_mode = WAL");
        try (Connection connection = Databases.open(database);
                Connection reader = Databases.open(database)) {
            Databases.run(connection, "PRAGMA wal_autocheckpoint = 0");
            Ledger ledger = new Ledger(connection, seed);
            for (int round = 0; round < 5; round++) {
                transact(ledger, 20);
                Databases.ask(connection, "PRAGMA wal_checkpoint(PASSIVE)");
                // Keeps the log from being begun anew.
                Databases.run(reader, "BEGIN");
                Databases.ask(reader, "SELECT count(*) FROM ledger");
                Databases.run(connection, "UPDATE accounts SET pad = 'x" + round + "' WHERE id = 1");
                try (StagingFolder staging = StagingFolder.in(folder)) {
                    StagedDatabase copy = new DatabaseCopy(database, staging, Databases.HASTY).take();
                    assertThat(copy.logFrames()).isOne();
                    assertThat(Ledger.check(copy.file()))
                            .isEqualTo(Long.parseLong(Databases.ask(connection, "SELECT count(*) FROM ledger")));
                    assertThat(Databases.askFile(copy.file(), "SELECT pad FROM accounts WHERE id = 1"))
                            .isEqualTo("x" + round);
                }
                Databases.run(reader, "COMMIT");
            }
        }
    }

    @Test
    void aRollbackWriterWaitsForTheCopyAndNoLonger() throws Exception {
        Path database = folder.resolve("ledger.db");
        Ledger.create(database, "PRAGMA journal_mode = DELETE");
        List<String> answers = new ArrayList<>();
        try (Connection connection = Databases.open(database);
                StagingFolder staging = StagingFolder.in(folder)) {
            Databases.run(connection, "PRAGMA busy_timeout = 0");
            StagedDatabase copy = new DatabaseCopy(database, staging, Databases.HASTY, moment -> {
                        try {
                            Databases.run(connection, "UPDATE accounts SET balance = 0");
                            answers.add("written");
                        } catch (SQLException e) {
                            answers.add(SqliteConnections.isBusy(e) ? "busy" : e.toString());
                        }
                    })
                    .take();
            assertThat(answers).containsExactly("busy", "busy");
            Ledger.check(copy.file());
            Databases.run(connection, "UPDATE accounts SET balance = 0");
        }
    }
}
