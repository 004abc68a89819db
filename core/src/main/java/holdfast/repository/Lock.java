package holdfast.repository;

import holdfast.io.Workers;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A lock on the repository, held until closed. Refreshes itself. Safe for use by many threads.
public final class Lock implements AutoCloseable {
    private static final Duration CLOSE_WAIT = Duration.ofMinutes(2);

    private final @Nullable Holding holding;

    private Lock(@Nullable Holding holding) {
        this.holding = holding;
    }

    Lock(
            SealedFiles files,
            ObjectId id,
            LockFile file,
            InstantSource clock,
            Tuning.Pause passing,
            LockTimes times,
            Consumer<String> notes) {
        this(new Holding(files, id, file, clock, passing, times, notes));
    }

    /// A lock that is no file, where nothing may be written.
    static Lock none() {
        return new Lock(null);
    }

    /// What it lets its holder do.
    public LockMode mode() {
        return holding == null ? LockMode.SHARED : holding.mode;
    }

    /// How long others may take to see what is new.
    Duration settle() {
        return holding == null ? Duration.ZERO : holding.times.settle();
    }

    /// The same in all its renewals; empty when it is no file.
    String session() {
        return holding == null ? "" : holding.session;
    }

    /// Cheap; to be called before anything that relies on the lock.
    ///
    /// @throws HoldfastException.Locked when the lock was removed by somebody, or could not be
    ///     refreshed in time
    public void check() {
        if (holding != null) {
            holding.check();
        }
    }

    /// As [#check], but looks whether the lock's file is still there: once before a commit.
    public void confirm() throws IOException {
        if (holding != null) {
            holding.confirm();
        }
    }

    /// Removes the lock. When that fails the lock becomes stale by itself.
    @Override
    public void close() {
        if (holding != null) {
            holding.close();
        }
    }

    /// The lock's file and the thread that renews it: one of the system's own, for virtual threads wait while others
    /// of them compute.
    private static final class Holding {
        private final LockMode mode;
        private final String session;
        private final SealedFiles files;
        private final InstantSource clock;
        private final Tuning.Pause passing;
        private final LockTimes times;
        private final Consumer<String> notes;
        private final CountDownLatch closing = new CountDownLatch(1);
        private final Thread refresher;
        private final ReentrantLock changing = new ReentrantLock();

        private ObjectId id;
        private LockFile file;
        private volatile Instant refreshed;
        private volatile boolean vanished;
        private volatile boolean late;

        private Holding(
                SealedFiles files,
                ObjectId id,
                LockFile file,
                InstantSource clock,
                Tuning.Pause passing,
                LockTimes times,
                Consumer<String> notes) {
            this.files = files;
            this.id = id;
            this.file = file;
            this.clock = clock;
            this.passing = passing;
            this.times = times;
            this.notes = notes;
            refreshed = file.time();
            mode = file.mode();
            session = file.session();
            refresher = Workers.factory("holdfast-lock-").newThread(this::refresh);
            refresher.start();
        }

        private void check() {
            if (vanished) {
                throw lost("it was removed by somebody else");
            }
            // whoever was told so once has stopped: a refresh that comes through after all changes nothing
            if (late || refreshed.plus(times.lost()).isBefore(clock.instant())) {
                late = true;
                throw lost("it could not be refreshed since " + refreshed);
            }
        }

        private HoldfastException.Locked lost(String why) {
            return new HoldfastException.Locked(
                    "the lock on " + files.storage().location() + " is lost: " + why,
                    "what was being written was not committed; run the command again");
        }

        private void confirm() throws IOException {
            changing.lock();
            try {
                check();
                vanished = !RawFiles.list(files.storage(), Kinds.LOCKS).contains(id);
                check();
            } finally {
                changing.unlock();
            }
        }

        /// Never interrupted, so that no call to the storage is cut off in the middle.
        private void refresh() {
            try {
                while (!passing.await(closing, times.refresh()) && !vanished) {
                    renew();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody has this thread to interrupt it", e);
            }
        }

        /// The new file is there before the old one goes, so that no moment is without a lock.
        private void renew() {
            changing.lock();
            try {
                confirm();
                LockFile renewed = file.renewed(clock.instant());
                ObjectId next = files.save(Kinds.LOCKS, renewed.write());
                ObjectId old = id;
                id = next;
                file = renewed;
                refreshed = renewed.time();
                RawFiles.delete(files.storage(), Kinds.LOCKS, old);
            } catch (IOException | HoldfastException e) {
                notes.accept("the lock could not be refreshed: " + RawFiles.reason(e));
            } finally {
                changing.unlock();
            }
        }

        private void close() {
            closing.countDown();
            boolean interrupted = false;
            try {
                refresher.join(CLOSE_WAIT);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            remove();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        private void remove() {
            changing.lock();
            try {
                RawFiles.delete(files.storage(), Kinds.LOCKS, id);
            } catch (IOException e) {
                notes.accept("the lock could not be removed: " + RawFiles.reason(e));
            } finally {
                changing.unlock();
            }
        }
    }
}
