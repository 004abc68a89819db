package holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.storage.FaultyStorage;
import holdfast.storage.FaultyStorage.Fault;
import holdfast.storage.FaultyStorage.Operation;
import holdfast.storage.MemoryStorage;
import holdfast.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LocksTest {
    private static final LockTimes QUICK = new LockTimes(
            Duration.ofMillis(20),
            Duration.ofMillis(30),
            Duration.ofMinutes(22),
            Duration.ofMinutes(30),
            Duration.ofMillis(10));
    /// No process has this number.
    private static final long DEAD = Integer.MAX_VALUE - 7L;

    private final MemoryStorage memory = new MemoryStorage();
    private final AtomicBoolean broken = new AtomicBoolean();
    private final Storage storage =
            FaultyStorage.whenever(memory, call -> broken.get() && call.operation() != Operation.LIST, Fault.REFUSE);
    private final AtomicReference<Instant> now = new AtomicReference<>(Repositories.NOW);
    private final List<String> notes = new CopyOnWriteArrayList<>();
    private final List<Repository> repositories = new ArrayList<>();

    @BeforeEach
    void init() throws IOException {
        Repositories.init(storage).close();
    }

    @AfterEach
    void close() {
        repositories.forEach(Repository::close);
    }

    private Locks locks(Client client) throws IOException {
        Repository repository = Repository.open(storage, Repositories.PASSWORD, () -> now.get(), client);
        repositories.add(repository);
        return repository.locks().with(Duration.ZERO, notes::add).with(QUICK);
    }

    private static Client client(String host, long uid, long pid) {
        return new Client(host, "ann", uid, uid, pid);
    }

    private static Client me(String host) {
        return client(host, 0, ProcessHandle.current().pid());
    }

    private long count() throws IOException {
        try (var locks = memory.list(Kinds.LOCKS)) {
            return locks.count();
        }
    }

    @Test
    void sharedLocksGoTogetherAndAnExclusiveOneGoesAlone() throws IOException {
        Locks here = locks(me("here"));
        Locks there = locks(me("there"));
        try (Lock first = here.shared();
                Lock second = there.shared()) {
            first.confirm();
            second.confirm();
            assertThat(here.list()).hasSize(2);
            assertThatThrownBy(there::exclusive)
                    .isInstanceOf(HoldfastException.Locked.class)
                    .hasMessageMatching(".* is locked: lock .* of process .* on (here|there) by ann, .*");
            assertThat(count()).isEqualTo(2);
        }
        assertThat(count()).isZero();
        try (Lock exclusive = here.exclusive()) {
            exclusive.confirm();
            assertThatThrownBy(there::shared).isInstanceOf(HoldfastException.Locked.class);
            assertThatThrownBy(here::exclusive).isInstanceOf(HoldfastException.Locked.class);
            assertThat(there.list()).singleElement().matches(LockInfo::exclusive);
        }
        assertThat(count()).isZero();
    }

    @Test
    void aLockThatIsRefreshedWhileItIsLookedForIsFound() throws IOException {
        Lock first = locks(me("here")).with(LockTimes.RESTIC).shared();
        String before = onlyLock();
        ByteBuffer content = memory.get(before);
        first.close();
        try (Lock _ = locks(me("here")).with(LockTimes.RESTIC).shared()) {
            String after = onlyLock();
            ByteBuffer renewed = memory.get(after);
            memory.delete(after);
            memory.put(before, content);
            Storage renewing = FaultyStorage.whenever(
                    memory,
                    call -> {
                        if (call.operation() == Operation.GET && call.name().equals(before)) {
                            replace(before, after, renewed);
                        }
                        return false;
                    },
                    Fault.NONE);
            try (Repository there = Repository.open(renewing, Repositories.PASSWORD, () -> now.get(), me("there"))) {
                assertThat(there.locks().list())
                        .singleElement()
                        .matches(lock -> after.endsWith(lock.id().hex()));
            }
        }
    }

    private String onlyLock() throws IOException {
        try (var locks = memory.list(Kinds.LOCKS)) {
            return locks.findFirst().orElseThrow().name();
        }
    }

    private void replace(String before, String after, ByteBuffer content) {
        try {
            memory.put(after, content);
            memory.delete(before);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Of those that ask at the same time none or one may win, never two.
    @Test
    void twoExclusiveLocksAreNeverHeldAtOnce() throws Exception {
        Locks locks = locks(me("here"));
        for (int round = 0; round < 15; round++) {
            CyclicBarrier barrier = new CyclicBarrier(3);
            List<Lock> held = new CopyOnWriteArrayList<>();
            Callable<Boolean> attempt = () -> {
                barrier.await();
                try {
                    held.add(locks.exclusive());
                    return true;
                } catch (HoldfastException.Locked e) {
                    return false;
                }
            };
            try (var pool = Executors.newFixedThreadPool(3)) {
                for (Future<Boolean> one : pool.invokeAll(List.of(attempt, attempt, attempt))) {
                    one.get();
                }
            }
            assertThat(held).hasSizeLessThanOrEqualTo(1);
            held.forEach(Lock::close);
            assertThat(count()).isZero();
        }
    }

    @Test
    void waitingForALockEndsWhenItIsFreeOrTheTimeIsUp() throws Exception {
        Locks locks = locks(me("here"));
        Lock blocking = locks.exclusive();
        Locks patient = locks.with(Duration.ofHours(1), notes::add);
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Lock> waiting = pool.submit(patient::shared);
            Thread.sleep(100);
            assertThat(waiting.isDone()).isFalse();
            blocking.close();
            waiting.get().close();
        }
        try (Lock again = locks.exclusive();
                var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            again.check();
            Future<Lock> waiting = pool.submit(patient::shared);
            Thread.sleep(100);
            now.set(now.get().plus(Duration.ofMinutes(20)));
            Thread.sleep(100);
            assertThat(waiting.isDone()).isFalse();
            now.set(now.get().plus(Duration.ofMinutes(20)));
            Thread.sleep(200);
            now.set(now.get().plus(Duration.ofMinutes(25)));
            assertThatThrownBy(waiting::get).hasCauseInstanceOf(HoldfastException.Locked.class);
        }
    }

    @Test
    void locksOfDeadProcessesOfThisHostAndOldOnesAreRemovedWithANote() throws IOException {
        leave(client("here", 5, DEAD), now.get());
        leave(client("elsewhere", 5, 1), now.get().minus(Duration.ofMinutes(31)));
        Locks locks = locks(client("here", 5, 1));
        assertThat(locks.list()).hasSize(2).allMatch(LockInfo::stale);
        locks.exclusive().close();
        assertThat(notes).hasSize(2).allMatch(note -> note.startsWith("removed the stale lock"));
        assertThat(count()).isZero();
    }

    /// Leaves the lock of a process that no longer refreshes it.
    private void leave(Client client, Instant time) throws IOException {
        Repository repository = Repository.open(storage, Repositories.PASSWORD, () -> time, client);
        LockTimes never = new LockTimes(
                Duration.ZERO, Duration.ofHours(9), Duration.ofHours(9), Duration.ofHours(9), Duration.ofMillis(1));
        repository.locks().with(never).shared().check();
    }

    @Test
    void aLiveLockIsNeverTakenForStale() throws IOException {
        leave(client("elsewhere", 5, DEAD), now.get().minus(Duration.ofMinutes(29)));
        assertThat(locks(client("here", 5, 1)).list()).noneMatch(LockInfo::stale);
        assertThat(locks(client("elsewhere", 6, 1)).list())
                .as("other users' processes may be hidden")
                .noneMatch(LockInfo::stale);
        assertThat(locks(client("elsewhere", 5, 1)).list()).allMatch(LockInfo::stale);
        assertThat(locks(client("elsewhere", 0, 1)).list()).allMatch(LockInfo::stale);
        assertThat(locks(client("elsewhere", 5, 1)).removeStale()).isEqualTo(1);
    }

    @Test
    void aHeldLockIsRenewedUnderANewNameAndNeverMissing() throws Exception {
        try (Lock lock = locks(me("here")).shared()) {
            ObjectId first = only();
            now.set(now.get().plus(Duration.ofMinutes(5)));
            for (int i = 0; i < 200 && (count() != 1 || only().equals(first)); i++) {
                Thread.sleep(10);
            }
            assertThat(only()).isNotEqualTo(first);
            lock.confirm();
            assertThat(locks(me("there")).list())
                    .singleElement()
                    .matches(info -> !info.time().isBefore(Repositories.NOW));
        }
        assertThat(count()).isZero();
    }

    private ObjectId only() throws IOException {
        return RawFiles.list(memory, Kinds.LOCKS).getFirst();
    }

    @Test
    void aLockThatSomebodyRemovedStopsItsHolder() throws Exception {
        try (Lock lock = locks(me("here")).shared()) {
            locks(me("there")).removeAll();
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 300; i++) {
                            Thread.sleep(10);
                            lock.check();
                        }
                    })
                    .isInstanceOf(HoldfastException.Locked.class)
                    .hasMessageContaining("removed");
            assertThatThrownBy(lock::confirm).isInstanceOf(HoldfastException.Locked.class);
        }
        assertThat(count()).as("it is not made again").isZero();
    }

    @Test
    void aLockThatCannotBeRenewedInTimeStopsItsHolder() throws Exception {
        try (Lock lock = locks(me("here")).shared()) {
            broken.set(true);
            now.set(now.get().plus(Duration.ofMinutes(20)));
            Thread.sleep(100);
            lock.check();
            now.set(now.get().plus(Duration.ofMinutes(3)));
            assertThatThrownBy(lock::check)
                    .isInstanceOf(HoldfastException.Locked.class)
                    .hasMessageContaining("could not be refreshed");
            broken.set(false);
            Thread.sleep(100);
            assertThatThrownBy(lock::check).isInstanceOf(HoldfastException.Locked.class);
        }
        assertThat(notes).anyMatch(note -> note.contains("could not be refreshed"));
    }

    @Test
    void aDamagedLockBlocksUntilAllAreRemovedAndAnEmptyOneDoesNot() throws IOException {
        byte[] junk = Repositories.noise(1, 200);
        memory.put(Kinds.LOCKS + ObjectId.hash(junk).hex(), ByteBuffer.wrap(junk));
        memory.put(Kinds.LOCKS + "0".repeat(64), ByteBuffer.allocate(0));
        Locks locks = locks(me("here"));
        assertThatThrownBy(locks::shared)
                .isInstanceOf(HoldfastException.Locked.class)
                .hasMessageContaining(ObjectId.hash(junk).hex());
        assertThat(locks.list()).isEmpty();
        assertThat(locks.removeStale()).isZero();
        assertThat(locks.removeAll()).isEqualTo(2);
        memory.put(Kinds.LOCKS + "0".repeat(64), ByteBuffer.allocate(0));
        locks.exclusive().close();
    }

    @Test
    void aFailureWhileLockingLeavesNoLockBehindThatLooksAlive() throws IOException {
        for (int failAt = 0; ; failAt++) {
            MemoryStorage fresh = new MemoryStorage();
            Repositories.init(fresh).close();
            FaultyStorage faulty = FaultyStorage.failingCall(fresh, failAt);
            boolean done = false;
            try (Repository repository = Repository.open(faulty, Repositories.PASSWORD, () -> now.get(), me("here"));
                    Lock lock = repository.locks().with(QUICK).exclusive()) {
                lock.check();
                done = faulty.faults().isEmpty();
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("injected fault");
            }
            if (done) {
                return;
            }
        }
    }

    @Test
    void maintenanceGoesWithOurSharedLocksAndWithNothingElse() throws IOException {
        Locks here = locks(me("here"));
        Locks there = locks(me("there"));
        try (Lock before = here.shared();
                Lock maintenance = there.maintenance();
                Lock after = here.shared()) {
            before.confirm();
            maintenance.confirm();
            after.confirm();
            assertThat(maintenance.mode()).isEqualTo(LockMode.MAINTENANCE);
            assertThat(here.besides(maintenance)).hasSize(2).allMatch(lock -> lock.honours(List.of()));
            assertThat(here.list().stream().filter(LockInfo::exclusive))
                    .as("what keeps a stock restic away")
                    .hasSize(1);
            assertThatThrownBy(here::maintenance)
                    .isInstanceOf(HoldfastException.Locked.class)
                    .hasMessageContaining("is locked: maintenance lock");
            assertThatThrownBy(here::exclusive).isInstanceOf(HoldfastException.Locked.class);
        }
        try (Lock exclusive = here.exclusive()) {
            exclusive.confirm();
            assertThatThrownBy(there::maintenance).isInstanceOf(HoldfastException.Locked.class);
        }
        for (boolean exclusive : new boolean[] {false, true}) {
            ObjectId stock = stock(client("there", 5, 1), now.get(), exclusive);
            assertThatThrownBy(here::maintenance).isInstanceOf(HoldfastException.Locked.class);
            if (exclusive) {
                assertThatThrownBy(here::shared).isInstanceOf(HoldfastException.Locked.class);
            } else {
                here.shared().close();
            }
            memory.delete(Kinds.LOCKS + stock.hex());
        }
        assertThat(count()).isZero();
    }

    /// A lock as a stock restic makes it.
    private ObjectId stock(Client client, Instant time, boolean exclusive) throws IOException {
        return save(new LockFile(time, exclusive, client, null));
    }

    private ObjectId save(LockFile lock) throws IOException {
        SealedFiles files = new SealedFiles(
                memory, Opening.open(memory, Repositories.PASSWORD).master(), 2);
        return files.save(Kinds.LOCKS, lock.write());
    }

    @Test
    void aLockNamesTheMarksThatWereThereBeforeItAndKeepsToThat() throws Exception {
        Repository repository = Repository.open(storage, Repositories.PASSWORD, () -> now.get(), me("here"));
        repositories.add(repository);
        ObjectId first = repository.mark(Set.of(new ObjectId(1, 0, 0, 0))).id();
        try (Lock lock = locks(me("there")).shared()) {
            ObjectId second = repository.mark(Set.of(new ObjectId(2, 0, 0, 0))).id();
            ObjectId file = only();
            for (int i = 0; i < 500 && (count() != 1 || only().equals(file)); i++) {
                Thread.sleep(10);
            }
            lock.confirm();
            assertThat(only()).as("renewed").isNotEqualTo(file);
            LockInfo seen = locks(me("here")).list().getFirst();
            assertThat(seen.marks()).containsExactly(first);
            assertThat(seen.honours(List.of(first))).isTrue();
            assertThat(seen.honours(List.of(first, second))).isFalse();
        }
        ObjectId stock = stock(client("there", 5, 1), now.get(), false);
        assertThat(locks(me("here")).list().getFirst().honours(List.of())).isFalse();
        memory.delete(Kinds.LOCKS + stock.hex());
    }

    /// Goal: computing does not keep a lock from being renewed. Method: as much of it as there is to have, on the
    /// threads that virtual threads share.
    @Test
    void aLockIsRenewedThoughTheProcessIsBusy() throws Exception {
        AtomicBoolean busy = new AtomicBoolean(true);
        try (Lock lock = locks(me("here")).shared();
                var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
                    pool.execute(() -> {
                        while (busy.get()) {
                            Thread.onSpinWait();
                        }
                    });
                }
                ObjectId first = only();
                for (int i = 0; i < 500 && (count() != 1 || only().equals(first)); i++) {
                    Thread.sleep(10);
                }
                assertThat(only()).isNotEqualTo(first);
            } finally {
                busy.set(false);
            }
            lock.confirm();
        }
    }

    @Test
    void aProcessThatGotTheNumberOfADeadOneIsNotTakenForIt() throws IOException {
        String self = RunningProcess.self();
        assertThat(self).as("on Linux").isNotEmpty();
        long pid = ProcessHandle.current().pid();
        Client seeing = new Client("here", "ann", 5, 5, 1, self);
        assertThat(staleFor(seeing, new Client("here", "ann", 5, 5, pid, self))).isFalse();
        assertThat(staleFor(seeing, new Client("here", "ann", 5, 5, pid, self + "1")))
                .isTrue();
        assertThat(staleFor(seeing, new Client("here", "ann", 5, 5, DEAD, self + "1")))
                .isTrue();
        assertThat(staleFor(seeing, new Client("here", "ann", 5, 5, DEAD, "another boot/pid:[1]/77")))
                .as("what cannot be seen from here is not judged")
                .isFalse();
        assertThat(staleFor(seeing, new Client("there", "ann", 5, 5, DEAD, self + "1")))
                .isFalse();
        // of a stock restic only times tell
        Instant began = ProcessHandle.current().info().startInstant().orElseThrow();
        now.set(began.plusSeconds(60));
        assertThat(staleFor(seeing, client("here", 5, pid))).isFalse();
        Instant before = began.minus(Duration.ofMinutes(10));
        ObjectId stock = stock(client("here", 5, pid), before, false);
        assertThat(locks(seeing).list()).singleElement().matches(LockInfo::stale);
        memory.delete(Kinds.LOCKS + stock.hex());
    }

    private boolean staleFor(Client seeing, Client owner) throws IOException {
        LockFile.Own own = new LockFile.Own("1", now.get(), LockMode.SHARED, List.of());
        ObjectId lock = save(new LockFile(now.get(), false, owner, own));
        boolean stale = locks(seeing).list().getFirst().stale();
        memory.delete(Kinds.LOCKS + lock.hex());
        return stale;
    }

    @Test
    void aLockOfTheFarFutureDoesNotLastForEver() throws IOException {
        stock(client("there", 5, 1), now.get().plus(Duration.ofHours(23)), false);
        Locks locks = locks(me("here"));
        assertThatThrownBy(locks::exclusive).isInstanceOf(HoldfastException.Locked.class);
        now.set(now.get().plus(Duration.ofHours(23)).plus(Duration.ofMinutes(31)));
        locks.exclusive().close();
        stock(client("there", 5, 1), now.get().plus(Duration.ofDays(400)), true);
        locks.shared().close();
        assertThat(notes).hasSize(2).allMatch(note -> note.startsWith("removed the stale"));
        assertThat(count()).isZero();
    }

    /// The clocks of two hosts are some minutes apart, to either side.
    @Test
    void hostsWhoseClocksDifferByMinutesRespectEachOther() throws IOException {
        for (int minutes : new int[] {-20, -4, 4, 20}) {
            Repository skewed = Repository.open(
                    memory,
                    Repositories.PASSWORD,
                    () -> now.get().plus(Duration.ofMinutes(minutes)),
                    client("there", 5, 1));
            repositories.add(skewed);
            Locks there = skewed.locks().with(QUICK);
            Locks here = locks(client("here", 5, 1));
            try (Lock lock = there.exclusive()) {
                assertThatThrownBy(here::shared).isInstanceOf(HoldfastException.Locked.class);
                lock.confirm();
            }
            try (Lock lock = here.shared()) {
                assertThatThrownBy(there::exclusive).isInstanceOf(HoldfastException.Locked.class);
                lock.confirm();
            }
        }
        assertThat(notes).isEmpty();
    }
}
