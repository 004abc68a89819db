package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/// Goal: a program at a standstill is ended, and no other. Method: real programs, one that waits for
/// nothing and one that computes.
final class WatchdogTest {
    private static final Duration PATIENCE = Duration.ofMillis(600);
    private static final String WAITING = "exec sleep 60";
    private static final String COMPUTING = "while :; do :; done";

    /// Whether it was ended within some time longer than the patience.
    private static boolean ended(String script, LongSupplier served) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-c", script).start();
        try (Watchdog watchdog = Watchdog.over(process, PATIENCE, served)) {
            boolean exited = process.waitFor(4 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(watchdog.ended()).isEqualTo(exited);
            return exited;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void whatWaitsForNobodyIsEnded() throws Exception {
        long begin = System.nanoTime();
        assertThat(ended(WAITING, () -> begin)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(PATIENCE);
    }

    @Test
    void whatAServerWorksForIsNot() throws Exception {
        assertThat(ended(WAITING, System::nanoTime)).isFalse();
    }

    @Test
    void whatComputesIsNot() throws Exception {
        long begin = System.nanoTime();
        assertThat(ended(COMPUTING, () -> begin)).isFalse();
    }
}
