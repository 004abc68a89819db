package holdfast.storage;

import java.time.Duration;

/// Measures time and lets it pass: what a decorator that waits needs of the world, so that tests need not wait.
/// Implementations are safe for use by many threads.
public interface Ticker {
    /// Nanoseconds since some fixed moment; only differences mean anything.
    long nanos();

    /// Returns after `time`, which is not negative.
    void sleep(Duration time) throws InterruptedException;

    /// The real thing.
    static Ticker system() {
        return new Ticker() {
            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public void sleep(Duration time) throws InterruptedException {
                Thread.sleep(time);
            }
        };
    }
}
