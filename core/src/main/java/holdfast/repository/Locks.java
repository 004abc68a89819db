package holdfast.repository;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/// restic's locks: files that say who works with the repository. Any number of shared locks, or one exclusive
/// lock. They keep a prune, ours or restic's, away from whoever reads or writes. Immutable; safe for use by
/// many threads.
public final class Locks {
    private static final int LOOKS_MAX = 10;

    private final SealedFiles files;
    private final RepositoryConfig config;
    private final Client client;
    private final InstantSource clock;
    private final Tuning.Pause passing;
    private final LockTimes times;
    private final Duration retry;
    private final Consumer<String> notes;

    Locks(SealedFiles files, RepositoryConfig config, Client client, InstantSource clock, Tuning.Pause passing) {
        this(files, config, client, clock, passing, LockTimes.RESTIC, Duration.ZERO, note -> {});
    }

    private Locks(
            SealedFiles files,
            RepositoryConfig config,
            Client client,
            InstantSource clock,
            Tuning.Pause passing,
            LockTimes times,
            Duration retry,
            Consumer<String> notes) {
        this.files = files;
        this.config = config;
        this.client = client;
        this.clock = clock;
        this.passing = passing;
        this.times = times;
        this.retry = retry;
        this.notes = notes;
    }

    /// How long to wait for somebody else's lock, and who is told of stale locks that were removed and of
    /// locks that could not be.
    public Locks with(Duration retry, Consumer<String> notes) {
        return new Locks(files, config, client, clock, passing, times, retry, notes);
    }

    Locks with(LockTimes times) {
        return new Locks(files, config, client, clock, passing, times, retry, notes);
    }

    /// For reading and for adding. A repository of version 1, to which nothing is written, gets no lock file;
    /// it is only made sure that nobody holds it exclusively.
    ///
    /// @throws HoldfastException.Locked when somebody holds an exclusive lock
    public Lock shared() throws IOException {
        return acquire(false);
    }

    /// For deleting.
    ///
    /// @throws HoldfastException.Locked when somebody holds any lock
    public Lock exclusive() throws IOException {
        config.requireWritable(files.storage());
        return acquire(true);
    }

    private Lock acquire(boolean exclusive) throws IOException {
        Instant end = clock.instant().plus(retry);
        Duration pause = times.retry();
        while (true) {
            Optional<Lock> lock = attempt(exclusive, !clock.instant().isBefore(end));
            if (lock.isPresent()) {
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
    private Optional<Lock> attempt(boolean exclusive, boolean last) throws IOException {
        if (conflict(exclusive, Set.of(), last)) {
            return Optional.empty();
        }
        if (config.version() < RepositoryConfig.VERSION) {
            return Optional.of(Lock.none());
        }
        LockFile file = new LockFile(clock.instant(), exclusive, client);
        ObjectId id = files.save(Kinds.LOCKS, file.write());
        boolean free = false;
        try {
            sleep(times.settle());
            free = !conflict(exclusive, Set.of(id), last);
        } finally {
            if (!free) {
                RawFiles.delete(files.storage(), Kinds.LOCKS, id);
            }
        }
        return free ? Optional.of(new Lock(files, id, file, clock, passing, times, notes)) : Optional.empty();
    }

    /// Whether somebody else's lock forbids ours. Stale ones are removed on the way.
    ///
    /// @param last whether to throw instead of answering yes
    private boolean conflict(boolean exclusive, Set<ObjectId> own, boolean last) throws IOException {
        List<HoldfastException.Damaged> unreadable = new ArrayList<>();
        for (LockInfo other : load(unreadable)) {
            if (own.contains(other.id())) {
                continue;
            }
            if (other.stale() && config.version() == RepositoryConfig.VERSION) {
                RawFiles.delete(files.storage(), Kinds.LOCKS, other.id());
                notes.accept("removed the stale " + other);
            } else if ((exclusive || other.exclusive()) && !other.stale()) {
                if (last) {
                    throw new HoldfastException.Locked(
                            files.storage().location() + " is locked: " + other,
                            "wait, use --retry-lock, or run `holdfast unlock` if that process is certainly gone");
                }
                return true;
            }
        }
        if (!unreadable.isEmpty()) {
            if (!last) {
                return true;
            }
            throw new HoldfastException.Locked(
                    RawFiles.reason(unreadable.getFirst()),
                    "`holdfast unlock --remove-all` removes damaged locks; nobody else may use the repository then");
        }
        return false;
    }

    private void sleep(Duration pause) {
        try {
            passing.await(new CountDownLatch(1), pause.isNegative() ? Duration.ZERO : pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HoldfastException.Interrupted("interrupted while waiting for a lock", "nothing was done");
        }
    }

    /// A file that goes between being listed and being read may have been replaced by a newer one of the same
    /// lock, so then all is looked at again.
    private List<LockInfo> load(List<HoldfastException.Damaged> unreadable) throws IOException {
        SealedFiles.Reader<LockInfo> reader = (id, json) -> info(id, LockFile.read(json));
        List<LockInfo> locks = List.of();
        for (int look = 0; look < LOOKS_MAX; look++) {
            // an empty file is an upload of somebody's that broke off, as restic knows it of some storages
            List<ObjectId> ids = RawFiles.list(files.storage(), Kinds.LOCKS, file -> file.bytes() > 0);
            unreadable.clear();
            locks = files.loadAll(Kinds.LOCKS, ids, reader, unreadable::add);
            if (locks.size() + unreadable.size() == ids.size()) {
                break;
            }
        }
        return locks.stream().sorted(Comparator.comparing(LockInfo::time)).toList();
    }

    private LockInfo info(ObjectId id, LockFile file) {
        Client owner = file.owner();
        return new LockInfo(id, file.time(), file.exclusive(), owner.host(), owner.user(), owner.pid(), stale(file));
    }

    private boolean stale(LockFile file) {
        Client owner = file.owner();
        if (file.time().plus(times.stale()).isBefore(clock.instant())) {
            return true;
        }
        // other users' processes may be hidden from us, so only root judges those
        return owner.host().equals(client.host())
                && (client.uid() == 0 || client.uid() == owner.uid())
                && owner.pid() != client.pid()
                && ProcessHandle.of(owner.pid()).isEmpty();
    }

    /// All locks, oldest first. A lock file that cannot be read is left out.
    public List<LockInfo> list() throws IOException {
        return load(new ArrayList<>());
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
