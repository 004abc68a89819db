package holdfast.repository;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/// restic's locks: files that say who works with the repository. Any number of shared locks, or one exclusive
/// lock; beside Holdfast's own shared locks one for [maintenance][LockMode#MAINTENANCE]. They keep a prune, ours or
/// restic's, away from whoever reads or writes. Immutable; safe for use by many threads.
public final class Locks {
    private final SealedFiles files;
    private final RepositoryConfig config;
    private final Client client;
    private final InstantSource clock;
    private final Tuning.Pause passing;
    private final Runnable acquired;
    private final LockTimes times;
    private final Duration retry;
    private final Consumer<String> notes;
    private final LockFiles there;

    /// @param acquired called whenever there is a new lock: what was known before it may have been removed since
    Locks(
            SealedFiles files,
            RepositoryConfig config,
            Client client,
            InstantSource clock,
            Tuning.Pause passing,
            Runnable acquired) {
        this(files, config, client, clock, passing, acquired, LockTimes.RESTIC, Duration.ZERO, note -> {});
    }

    private Locks(
            SealedFiles files,
            RepositoryConfig config,
            Client client,
            InstantSource clock,
            Tuning.Pause passing,
            Runnable acquired,
            LockTimes times,
            Duration retry,
            Consumer<String> notes) {
        this.files = files;
        this.config = config;
        this.client = client;
        this.clock = clock;
        this.passing = passing;
        this.acquired = acquired;
        this.times = times;
        this.retry = retry;
        this.notes = notes;
        there = new LockFiles(files, client, clock, times.stale());
    }

    /// How long to wait for somebody else's lock, and who is told of stale locks that were removed and of
    /// locks that could not be.
    public Locks with(Duration retry, Consumer<String> notes) {
        return new Locks(files, config, client, clock, passing, acquired, times, retry, notes);
    }

    Locks with(LockTimes times) {
        return new Locks(files, config, client, clock, passing, acquired, times, retry, notes);
    }

    /// For reading and for adding. A repository of version 1, to which nothing is written, gets no lock file;
    /// it is only made sure that nobody holds it exclusively.
    ///
    /// @throws HoldfastException.Locked when somebody holds an exclusive lock
    public Lock shared() throws IOException {
        return acquire(LockMode.SHARED);
    }

    /// For removing snapshots, and what a [Mark] names. Holdfast's own readers and writers do not wait for it.
    ///
    /// @throws HoldfastException.Locked when a stock restic works with the repository, or somebody else removes
    public Lock maintenance() throws IOException {
        config.requireWritable(files.storage());
        return acquire(LockMode.MAINTENANCE);
    }

    /// For what nobody else may see half done.
    ///
    /// @throws HoldfastException.Locked when somebody holds any lock
    public Lock exclusive() throws IOException {
        config.requireWritable(files.storage());
        return acquire(LockMode.EXCLUSIVE);
    }

    private Lock acquire(LockMode mode) throws IOException {
        Instant end = clock.instant().plus(retry);
        Duration pause = times.retry();
        while (true) {
            Optional<Lock> lock = attempt(mode, !clock.instant().isBefore(end));
            if (lock.isPresent()) {
                acquired.run();
                return lock.get();
            }
            Duration left = Duration.between(clock.instant(), end);
            sleep(left.compareTo(pause) < 0 ? left : pause);
            pause = pause.multipliedBy(2).compareTo(LockTimes.RETRY_MAX) < 0
                    ? pause.multipliedBy(2)
                    : LockTimes.RETRY_MAX;
        }
    }

    /// Looks for other locks, makes one, and looks again: of two that were made at once at least one sees the
    /// other.
    private Optional<Lock> attempt(LockMode mode, boolean last) throws IOException {
        if (conflict(mode, "", last)) {
            return Optional.empty();
        }
        if (config.version() < RepositoryConfig.VERSION) {
            return Optional.of(Lock.none());
        }
        LockFile file = newFile(mode);
        ObjectId id = files.save(Kinds.LOCKS, file.write());
        boolean free = false;
        try {
            sleep(times.settle());
            free = !conflict(mode, file.session(), last);
        } finally {
            if (!free) {
                RawFiles.delete(files.storage(), Kinds.LOCKS, id);
            }
        }
        return free ? Optional.of(new Lock(files, id, file, clock, passing, times, notes)) : Optional.empty();
    }

    /// The marks are those that were there before the lock is: whoever holds it will read them, for it reads the
    /// index, and them before that, only now.
    private LockFile newFile(LockMode mode) throws IOException {
        List<ObjectId> marks = RawFiles.list(files.storage(), Kinds.MARKS);
        String session = HexFormat.of().toHexDigits(new SecureRandom().nextLong());
        Instant now = clock.instant();
        return new LockFile(now, mode.exclusive(), client, new LockFile.Own(session, now, mode, marks));
    }

    /// Whether somebody else's lock forbids ours.
    ///
    /// @param own session of the one that we hold already
    /// @param last whether to throw instead of answering yes
    private boolean conflict(LockMode mode, String own, boolean last) throws IOException {
        List<HoldfastException.Damaged> unreadable = new ArrayList<>();
        for (LockInfo other : others(own, unreadable)) {
            if (!mode.goesWith(other)) {
                if (last) {
                    throw new HoldfastException.Locked(
                            files.storage().location() + " is locked: " + other,
                            "wait, use --retry-lock, or run `holdfast unlock` if that process is certainly gone");
                }
                return true;
            }
        }
        if (!unreadable.isEmpty() && last) {
            throw unreadable(unreadable);
        }
        return !unreadable.isEmpty();
    }

    private static HoldfastException.Locked unreadable(List<HoldfastException.Damaged> locks) {
        return new HoldfastException.Locked(
                RawFiles.reason(locks.getFirst()),
                "`holdfast unlock --remove-all` removes damaged locks; nobody else may use the repository then");
    }

    /// The locks that somebody else holds, or held just now. Looks twice, some time apart: a lock that is
    /// renewed while a listing is under way may be missing in it, and a storage may show late what is new. So
    /// whoever is in neither look will see every mark there is now, or has ended, and what it committed is
    /// seen from now on.
    ///
    /// @throws HoldfastException.Locked when there is a lock that cannot be read: nobody knows what it says
    public List<LockInfo> besides(Lock own) throws IOException {
        Map<String, LockInfo> others = new LinkedHashMap<>();
        for (int look = 0; look < 2; look++) {
            sleep(own.settle());
            List<HoldfastException.Damaged> unreadable = new ArrayList<>();
            for (LockInfo other : others(own.session(), unreadable)) {
                others.put(other.session().isEmpty() ? other.id().hex() : other.session(), other);
            }
            if (!unreadable.isEmpty()) {
                throw unreadable(unreadable);
            }
        }
        return List.copyOf(others.values());
    }

    /// The locks of others that count. Stale ones are removed on the way, so that their owners, should they live,
    /// see it.
    private List<LockInfo> others(String own, List<HoldfastException.Damaged> unreadable) throws IOException {
        List<LockInfo> others = new ArrayList<>();
        for (LockInfo other : there.load(unreadable)) {
            if (other.stale() && config.version() == RepositoryConfig.VERSION) {
                RawFiles.delete(files.storage(), Kinds.LOCKS, other.id());
                notes.accept("removed the stale " + other);
            } else if (!other.stale() && (own.isEmpty() || !other.session().equals(own))) {
                others.add(other);
            }
        }
        return others;
    }

    private void sleep(Duration pause) {
        try {
            passing.await(new CountDownLatch(1), pause.isNegative() ? Duration.ZERO : pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HoldfastException.Interrupted("interrupted while waiting for a lock", "nothing was done");
        }
    }

    /// All locks, oldest first. A lock file that cannot be read is left out.
    public List<LockInfo> list() throws IOException {
        return there.load(new ArrayList<>());
    }

    /// Removes the locks whose owners are certainly gone.
    ///
    /// @return how many
    public int removeStale() throws IOException {
        int removed = 0;
        for (LockInfo lock : list()) {
            if (lock.stale()) {
                RawFiles.delete(files.storage(), Kinds.LOCKS, lock.id());
                removed++;
            }
        }
        return removed;
    }

    /// Removes every lock, unreadable ones too. Only when nobody else works with the repository.
    ///
    /// @return how many
    public int removeAll() throws IOException {
        List<ObjectId> ids = RawFiles.list(files.storage(), Kinds.LOCKS);
        for (ObjectId id : ids) {
            RawFiles.delete(files.storage(), Kinds.LOCKS, id);
        }
        return ids.size();
    }
}
