package holdfast.source.postgres;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Ends a program that has come to a standstill: one that neither computes itself nor has a server
/// work for it. A program that reads from a server has no time limit of its own, and waits for ever
/// on a connection over which nothing comes. Its thread ends with [#close].
final class Watchdog implements AutoCloseable {
    private static final Duration LONGEST_PERIOD = Duration.ofSeconds(5);
    private static final int LOOKS = 10;

    private final Process process;
    private final Duration patience;
    private final LongSupplier served;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean ended;

    private Watchdog(Process process, Duration patience, LongSupplier served) {
        this.process = process;
        this.patience = patience;
        this.served = served;
    }

    /// @param patience how long a standstill may last
    /// @param served when, by [System#nanoTime], a server was last seen working for the program
    static Watchdog over(Process process, Duration patience, LongSupplier served) {
        Watchdog watchdog = new Watchdog(process, patience, served);
        Thread.ofVirtual().name("watchdog").start(watchdog::watch);
        return watchdog;
    }

    private void watch() {
        Duration period = patience.dividedBy(LOOKS);
        long millis = (period.compareTo(LONGEST_PERIOD) < 0 ? period : LONGEST_PERIOD).toMillis();
        Duration computed = computed();
        long moved = System.nanoTime();
        try {
            while (!over.await(millis, TimeUnit.MILLISECONDS)) {
                Duration now = computed();
                if (now.compareTo(computed) > 0) {
                    computed = now;
                    moved = System.nanoTime();
                }
                long still = System.nanoTime() - moved;
                if (Math.min(still, System.nanoTime() - served.getAsLong()) > patience.toNanos()) {
                    ended = true;
                    process.destroyForcibly();
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Where the system does not tell, only the server counts.
    private Duration computed() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /// Whether the program was ended.
    boolean ended() {
        return ended;
    }

    @Override
    public void close() {
        over.countDown();
    }
}
