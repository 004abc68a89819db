package holdfast.cli;

import holdfast.model.HoldfastException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// The log file of a restore: a time and a line for everything that happened; nothing when no file
/// is wanted. Bounded. Safe for use by many threads.
final class RestoreLog implements AutoCloseable {
    private static final int LINES_MAX = 200_000;

    private final @Nullable Path file;
    private @Nullable BufferedWriter writer;
    private final InstantSource clock;
    private int lines;

    RestoreLog(@Nullable Path file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
    }

    /// Before that nothing is written.
    ///
    /// @throws HoldfastException.PreCheckFailed when it cannot be
    synchronized void open() {
        if (file == null) {
            return;
        }
        try {
            writer = Files.newBufferedWriter(
                    file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot write the log " + file + ": " + e.getMessage(), "choose another file by --log", e);
        }
    }

    /// A full disk under the log is no reason to end a restore.
    synchronized void line(String text) {
        if (writer == null || lines > LINES_MAX) {
            return;
        }
        try {
            String what = lines++ == LINES_MAX ? "too much to log; the rest is left out" : text;
            writer.write(clock.instant().truncatedTo(ChronoUnit.MILLIS) + " " + what.replace("\n", "\n    "));
            writer.newLine();
            writer.flush();
        } catch (IOException e) {
            lines = Integer.MAX_VALUE;
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (writer != null) {
            writer.close();
        }
    }
}
