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

    /// Number of files stored in a folder of a repository, which may not be there. What a writer has not given its
    /// name yet does not count, for a killed one leaves it behind.
    static int stored(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return (int) entries.filter(file -> file.getFileName().toString().matches("[0-9a-f]{64}"))
                    .count();
        } catch (NoSuchFileException e) {
            return 0;
        }
    }
}
