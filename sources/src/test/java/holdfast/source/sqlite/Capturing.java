package holdfast.source.sqlite;

import holdfast.model.HoldfastException;
import holdfast.source.Capture;
import java.io.PrintStream;
import java.nio.file.Path;

/// A process of its own that captures a database, perhaps as another user, and then waits to be ended.
final class Capturing {
    private Capturing() {}

    /// @param arguments database, staging directory, and where to save the copy if it is to be
    public static void main(String[] arguments) throws Exception {
        SqliteSource source = new SqliteSource(Path.of(arguments[0]), Path.of(arguments[1]), Databases.HASTY);
        try (Capture capture = source.capture()) {
            if (arguments.length > 2) {
                out().println(capture.writeTo(new SavingSink(Path.of(arguments[2])))
                        .details());
            }
            out().println("captured");
            while (System.in.read() >= 0) {
                // Whoever started us ends us.
            }
        } catch (HoldfastException e) {
            out().println(e.getClass().getSimpleName() + ": " + e.getMessage());
            out().println("hint: " + e.hint());
            out().println("refused");
        }
    }

    @SuppressWarnings("SystemOut")
    private static PrintStream out() {
        return System.out;
    }
}
