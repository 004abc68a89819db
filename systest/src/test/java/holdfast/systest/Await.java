package holdfast.systest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/// Waiting for what another process does.
final class Await {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofMillis(20);

    /// What is waited for.
    interface Condition {
        boolean holds() throws IOException;
    }

    private Await() {}

    /// Waits for at most a minute.
    ///
    /// @throws AssertionError when it does not come true
    static void until(String what, Condition condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain for " + what);
            }
            Thread.sleep(PAUSE);
        }
    }

    /// Number of entries of a folder that may not be there.
    static int files(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return (int) entries.count();
        } catch (NoSuchFileException e) {
            return 0;
        }
    }
}
