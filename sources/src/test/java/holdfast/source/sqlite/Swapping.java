package holdfast.source.sqlite;

import holdfast.source.sqlite.SqliteSwap.WhenInUse;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.LocalDateTime;

/// A process that puts a database in place and is struck down after a given step.
final class Swapping {
    private Swapping() {}

    /// @param arguments live database, restored file, number of steps to survive, and what to do when in use
    public static void main(String[] arguments) throws Exception {
        int[] left = {Integer.parseInt(arguments[2])};
        SqliteSwap swap = new SqliteSwap(
                Path.of(arguments[0]), Databases.PATIENT.busyTimeout(), WhenInUse.valueOf(arguments[3]), step -> {
                    if (left[0]-- == 0) {
                        out().println("struck down after " + step);
                        out().flush();
                        Runtime.getRuntime().halt(137);
                    }
                });
        swap.put(Path.of(arguments[1]), LocalDateTime.of(2026, 1, 2, 3, 4, 5));
        out().println("done");
    }

    @SuppressWarnings("SystemOut")
    private static PrintStream out() {
        return System.out;
    }
}
