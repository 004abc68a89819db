package holdfast.repository;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The first thing that went wrong among many threads, and the one place where they wait for each other:
/// whoever waits wakes up when something went wrong. Safe for use by many threads.
final class Failure {
    private final AtomicReference<@Nullable Throwable> first = new AtomicReference<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    boolean happened() {
        return first.get() != null;
    }

    @Nullable
    Throwable cause() {
        return first.get();
    }

    void set(Throwable cause) {
        if (first.compareAndSet(null, cause)) {
            update(() -> {});
        }
    }

    /// Rethrows what went wrong, if anything did, each time as an exception of the calling thread's own.
    void check() throws IOException {
        switch (first.get()) {
            case null -> {}
            case HoldfastException known -> throw known;
            case IOException cause -> throw new IOException(RawFiles.reason(cause), cause);
            case Throwable bug -> throw new IllegalStateException("writing blobs failed", bug);
        }
    }

    /// Changes what others wait for.
    void update(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until the condition holds, then makes the change in the same step.
    ///
    /// @throws IOException when something went wrong
    /// @throws HoldfastException.Interrupted when the calling thread is interrupted
    void await(BooleanSupplier condition, Runnable change) throws IOException {
        lock.lock();
        try {
            while (true) {
                check();
                if (condition.getAsBoolean()) {
                    change.run();
                    return;
                }
                changed.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HoldfastException.Interrupted(
                    "interrupted while blobs were being written",
                    "what was written so far is not part of any snapshot");
        } finally {
            lock.unlock();
        }
    }

    /// Waits for the end of threads that have been told to stop. Not cut short by an interrupt: they use
    /// memory that the caller is about to leave.
    static void awaitEnd(ExecutorService threads) {
        threads.shutdown();
        boolean interrupted = false;
        while (!threads.isTerminated()) {
            try {
                if (threads.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
