package holdfast.source.sqlite;

import java.io.InterruptedIOException;
import java.time.Duration;

/// Waiting for what no one announces.
final class Pause {
    private Pause() {}

    static void of(Duration time) throws InterruptedIOException {
        try {
            Thread.sleep(time);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a database");
        }
    }
}
