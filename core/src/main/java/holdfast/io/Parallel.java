package holdfast.io;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.util.Collection;
import java.util.Iterator;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The same work for many items on a few threads; the first failure stops the others at their next item.
public final class Parallel {
    private Parallel() {}

    /// What is done with each item.
    @FunctionalInterface
    public interface Work<T> {
        void on(T item) throws IOException;
    }

    /// Returns when all threads have ended. Interrupting the caller stops the work.
    ///
    /// @param threads at most that many items are worked on at a time
    /// @throws HoldfastException.Interrupted when the calling thread is interrupted
    public static <T> void each(Collection<T> items, int threads, Work<T> work) throws IOException {
        Iterator<T> next = items.iterator();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        try (ExecutorService pool =
                Executors.newFixedThreadPool(Math.clamp(items.size(), 1, threads), Workers.factory("holdfast-"))) {
            for (int i = 0; i < threads; i++) {
                pool.execute(() -> drain(next, failure, work));
            }
            pool.shutdown();
            try {
                while (!pool.awaitTermination(1, TimeUnit.HOURS)) {
                    // every call below has its own limit; this only waits for their sum
                }
            } catch (InterruptedException e) {
                failure.compareAndSet(null, e);
                pool.shutdownNow();
                Thread.currentThread().interrupt();
            }
        }
        switch (failure.get()) {
            case null -> {}
            case IOException io -> throw io;
            case RuntimeException unchecked -> throw unchecked;
            case Error error -> throw error;
            case Throwable other ->
                throw new HoldfastException.Interrupted("interrupted", "what was not finished is not under its name");
        }
    }

    private static <T> void drain(Iterator<T> next, AtomicReference<@Nullable Throwable> failure, Work<T> work) {
        while (failure.get() == null) {
            T item;
            synchronized (next) {
                if (!next.hasNext()) {
                    return;
                }
                item = next.next();
            }
            try {
                work.on(item);
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            }
        }
    }
}
