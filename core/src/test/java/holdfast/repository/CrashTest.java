package holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.storage.Copies;
import holdfast.storage.FaultyStorage;
import holdfast.storage.FaultyStorage.Fault;
import holdfast.storage.MemoryStorage;
import holdfast.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Goal: whatever fails, and however, every snapshot that is listed is whole, older ones included, and the
/// next run works without help. Method: two backups; in the second, call 0 of the storage fails, then call 1,
/// and so on until the fault is no longer met; then everything is read and another backup is made.
@Tag("slow")
class CrashTest {
    private static final List<byte[]> FIRST = files(1, 12);
    private static final List<byte[]> SECOND = files(7, 12);

    private static List<byte[]> files(int from, int count) {
        List<byte[]> files = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            // the large ones fill packs on the way
            files.add(Repositories.noise(i, i % 6 == 0 ? 7_000_000 : 2000 * i));
        }
        return files;
    }

    private interface Faults extends IntFunction<FaultyStorage.Script> {}

    @Test
    void aCrashAtAnyCallHarmsNothing() throws IOException {
        everyCall(failAt -> call -> call.number() >= failAt ? Fault.REFUSE : Fault.NONE);
    }

    @Test
    void oneFailingCallHarmsNothing() throws IOException {
        everyCall(failAt -> call -> call.number() == failAt ? Fault.REFUSE : Fault.NONE);
    }

    @Test
    void aLostAnswerHarmsNothing() throws IOException {
        everyCall(failAt -> call -> call.number() == failAt ? Fault.LOSE_ANSWER : Fault.NONE);
    }

    private static void everyCall(Faults faults) throws IOException {
        MemoryStorage before = new MemoryStorage();
        Map<ObjectId, List<byte[]>> expected = new HashMap<>();
        try (Repository repository = Repositories.init(before)) {
            expected.put(Repositories.backUp(repository, FIRST).tree(), FIRST);
        }
        for (int failAt = 0; ; failAt++) {
            MemoryStorage disk = Copies.of(before);
            FaultyStorage faulty = new FaultyStorage(disk, faults.apply(failAt));
            boolean saved = backUp(faulty, expected);
            String when = "fault at call " + failAt;
            assertThat(intact(disk, expected, when)).as(when).isBetween(saved ? 2 : 1, 2);
            if (faulty.faults().isEmpty()) {
                assertThat(saved).isTrue();
                return;
            }
            assertThat(backUp(disk, expected)).as(when).isTrue();
            intact(disk, expected, when);
        }
    }

    /// @param expected what was meant is noted here even if it fails: the snapshot may exist all the same
    private static boolean backUp(Storage storage, Map<ObjectId, List<byte[]>> expected) {
        try (Repository repository = Repositories.open(storage);
                BlobWriter writer = repository.writer(Repositories.options())) {
            ObjectId root = Repositories.write(writer, SECOND);
            expected.put(root, SECOND);
            writer.finish();
            repository.save(Repositories.snapshot(root, Repositories.NOW));
            return true;
        } catch (IOException | HoldfastException e) {
            return false;
        }
    }

    /// Reads every snapshot; answers how many there are.
    private static int intact(Storage disk, Map<ObjectId, List<byte[]>> expected, String when) throws IOException {
        try (Repository repository = Repositories.open(disk)) {
            List<Snapshot> snapshots = repository.snapshots();
            for (Snapshot snapshot : snapshots) {
                assertThat(Repositories.restore(repository, snapshot))
                        .as(when)
                        .usingElementComparator(Bytes.ORDER)
                        .isEqualTo(expected.get(snapshot.tree()));
            }
            return snapshots.size();
        }
    }

    /// A storage that stores half of a file, or a flipped bit, and says nothing, breaks its promises; then the
    /// damage is at least always noticed, and named.
    @Test
    void silentDamageIsNoticedAndNamed() throws IOException {
        for (Fault fault : new Fault[] {Fault.FLIP_BIT, Fault.HALVE}) {
            boolean met = true;
            for (int failAt = 0; met; failAt++) {
                MemoryStorage disk = new MemoryStorage();
                Repositories.init(disk).close();
                int number = failAt;
                FaultyStorage faulty = new FaultyStorage(
                        disk,
                        call -> call.number() == number && call.operation() == FaultyStorage.Operation.PUT
                                ? fault
                                : Fault.NONE);
                boolean saved = backUp(faulty, new HashMap<>());
                met = number < faulty.calls().size();
                if (!faulty.faults().isEmpty()) {
                    assertThat(damageNamed(disk) || !saved)
                            .as("%s of %s", fault, faulty.faults())
                            .isTrue();
                }
            }
        }
    }

    private static boolean damageNamed(Storage disk) throws IOException {
        try (Repository repository = Repositories.open(disk)) {
            for (Snapshot snapshot : repository.snapshots()) {
                Repositories.restore(repository, snapshot);
            }
            return false;
        } catch (HoldfastException.Damaged e) {
            assertThat(e.getMessage()).containsPattern("[0-9a-f]{64}");
            return true;
        }
    }

    @Test
    void twoWritersAtOnceSpoilNothing() throws Exception {
        MemoryStorage disk = new MemoryStorage();
        Repositories.init(disk).close();
        Map<ObjectId, List<byte[]>> expected = new HashMap<>();
        List<Thread> threads = new ArrayList<>();
        List<Throwable> problems = new ArrayList<>();
        for (int run = 0; run < 4; run++) {
            List<byte[]> files = files(1 + 2 * run, 10);
            threads.add(Thread.ofPlatform().start(() -> {
                try (Repository repository = Repositories.open(disk);
                        Lock lock = repository.locks().shared()) {
                    lock.check();
                    Snapshot saved = Repositories.backUp(repository, files);
                    synchronized (expected) {
                        expected.put(saved.tree(), files);
                    }
                } catch (IOException | RuntimeException e) {
                    synchronized (problems) {
                        problems.add(e);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(problems).isEmpty();
        assertThat(intact(disk, expected, "two writers")).isEqualTo(4);
    }

    /// Two writers of one process share the index, and must not rely on each other's unfinished work.
    @Test
    void aWriterDoesNotRelyOnWhatAnotherHasNotFinished() throws IOException {
        MemoryStorage disk = new MemoryStorage();
        Snapshot saved;
        try (Repository repository = Repositories.init(disk)) {
            try (BlobWriter abandoned = repository.writer(Repositories.options())) {
                Repositories.write(abandoned, FIRST);
                saved = Repositories.backUp(repository, FIRST);
            }
        }
        assertThat(intact(disk, Map.of(saved.tree(), FIRST), "abandoned writer"))
                .isEqualTo(1);
    }
}
