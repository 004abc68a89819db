package holdfast.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/// The true time, which passes only when it is told to, and the threads that wait for it.
final class SimulatedTime {
    static final Instant BEGIN = Instant.parse("2026-03-01T00:00:00Z");

    private final List<Sleeper> sleepers = new ArrayList<>();
    private Instant now = BEGIN;

    private static final class Sleeper {
        private final Thread thread = Thread.currentThread();
        private final SimulatedProcess process;
        private final Instant until;
        private final CountDownLatch latch;
        private boolean awake;

        private Sleeper(SimulatedProcess process, Instant until, CountDownLatch latch) {
            this.process = process;
            this.until = until;
            this.latch = latch;
        }
    }

    Instant now() {
        return now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    /// The calling thread sleeps until the time has passed, the latch is down or its process is dead.
    boolean sleep(SimulatedProcess process, CountDownLatch latch, Duration most) throws InterruptedException {
        Sleeper sleeper = new Sleeper(process, now.plus(most), latch);
        sleepers.add(sleeper);
        try {
            do {
                LockSupport.park();
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            } while (!sleeper.awake);
            return latch.getCount() == 0;
        } finally {
            sleepers.remove(sleeper);
        }
    }

    /// Wakes whoever need not sleep any longer.
    void wake() {
        for (Sleeper sleeper : sleepers) {
            if (!sleeper.awake
                    && (sleeper.process.dead || sleeper.latch.getCount() == 0 || !sleeper.until.isAfter(now))) {
                sleeper.awake = true;
                LockSupport.unpark(sleeper.thread);
            }
        }
    }

    /// When the next one wakes up by itself; [Instant#MAX] if nobody sleeps.
    Instant next() {
        return sleepers.stream()
                .filter(sleeper -> !sleeper.awake)
                .map(sleeper -> sleeper.until)
                .min(Instant::compareTo)
                .orElse(Instant.MAX);
    }

    void passTo(Instant then) {
        if (then.isAfter(now)) {
            now = then;
        }
    }
}
