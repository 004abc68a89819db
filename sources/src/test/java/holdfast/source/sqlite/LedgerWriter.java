package holdfast.source.sqlite;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A process that writes to a [Ledger] without a pause until its input ends: SQLite's locks lie between
/// processes.
final class LedgerWriter {
    private LedgerWriter() {}

    /// @param arguments database, seed, name of the way of checkpointing, then pragmas
    public static void main(String[] arguments) throws Exception {
        Path database = Path.of(arguments[0]);
        Thread stop = Thread.ofPlatform().daemon().start(LedgerWriter::stopWithInput);
        Checkpoints checkpoints = Checkpoints.valueOf(arguments[2]);
        if (!checkpoints.modes.isEmpty()) {
            Thread.ofPlatform().daemon().start(() -> checkpoint(database, checkpoints));
        }
        try (Connection connection = Databases.open(database)) {
            Databases.run(
                    connection, "PRAGMA cache_size = 10", "PRAGMA wal_autocheckpoint = " + checkpoints.automaticPages);
            for (int i = 3; i < arguments.length; i++) {
                Databases.run(connection, arguments[i]);
            }
            Ledger ledger = new Ledger(connection, Long.parseLong(arguments[1]));
            for (long done = 0; stop.isAlive(); done++) {
                ledger.transact();
                if (done == 5) {
                    out().println("writing");
                }
            }
        }
    }

    /// When the log is taken into the database.
    enum Checkpoints {
        NEVER(0, ""),
        DEFAULT(1000, ""),
        EVERY_COMMIT(1, ""),
        ALL_KINDS(0, "PASSIVE RESTART TRUNCATE FULL");

        private final int automaticPages;
        private final String modes;

        Checkpoints(int automaticPages, String modes) {
            this.automaticPages = automaticPages;
            this.modes = modes;
        }
    }

    private static void checkpoint(Path database, Checkpoints checkpoints) {
        try (Connection connection = Databases.open(database)) {
            List<String> modes = List.of(checkpoints.modes.split(" ", -1));
            Databases.run(connection, "PRAGMA busy_timeout = 5");
            for (int i = 0; ; i++) {
                String mode = modes.get(i % modes.size());
                Databases.ask(connection, "PRAGMA wal_checkpoint(" + mode + ")");
                TimeUnit.MILLISECONDS.sleep(2);
            }
        } catch (SQLException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void stopWithInput() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (in.readLine() != null) {
                // Lines mean nothing.
            }
        } catch (IOException _) {
            // The end as well.
        }
    }

    @SuppressWarnings("SystemOut")
    private static PrintStream out() {
        return System.out;
    }
}
