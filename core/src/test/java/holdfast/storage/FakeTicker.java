package holdfast.storage;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Time that passes only by sleeping, and at once.
final class FakeTicker implements Ticker {
    private final List<Duration> sleeps = new ArrayList<>();
    private long nanos = 5_000_000_000L;

    @Override
    public synchronized long nanos() {
        return nanos;
    }

    @Override
    public synchronized void sleep(Duration time) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        sleeps.add(time);
        nanos += time.toNanos();
    }

    synchronized void advance(Duration time) {
        nanos += time.toNanos();
    }

    synchronized List<Duration> sleeps() {
        return List.copyOf(sleeps);
    }

    synchronized Duration slept() {
        return sleeps.stream().reduce(Duration.ZERO, Duration::plus);
    }
}
