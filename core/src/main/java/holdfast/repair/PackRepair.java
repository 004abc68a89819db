package holdfast.repair;

import holdfast.io.Parallel;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.repository.BlobIndex;
import holdfast.repository.IndexEntry;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;

/// Saves what is intact in damaged packs: stores it anew, takes the packs out of the index, and removes them. Used
/// by one thread.
public final class PackRepair {
    private static final int BUDGET_BYTES = 128 << 20;
    private static final int FAILURES_MAX = 50;

    private final Repository repository;
    private final Progress progress;

    /// Takes the bytes of a pack before it is removed.
    @FunctionalInterface
    public interface Copies {
        void keep(ObjectId pack, ByteBuffer content) throws IOException;
    }

    public PackRepair(Repository repository, Progress progress) {
        this.repository = repository;
        this.progress = progress;
    }

    /// Finds damaged packs; changes nothing. The caller holds a lock.
    ///
    /// @param named the packs to be repaired, whatever they look like; if there are none, those that are not as
    ///     long as the index makes them
    /// @param readData whether to look for damage inside of the other packs too
    /// @throws HoldfastException.PreCheckFailed when the index is not right, or a named pack is nowhere
    public PackPlan plan(Collection<ObjectId> named, boolean readData) throws IOException {
        BlobIndex index = RightIndex.require(repository, progress, "packs");
        Map<ObjectId, Long> files = StoredPacks.list(repository);
        Map<ObjectId, PackPlan.Suspect> suspects = new HashMap<>();
        for (ObjectId pack : named) {
            Long bytes = files.get(pack);
            if (bytes == null) {
                throw new HoldfastException.PreCheckFailed(
                        "there is no pack " + pack + " in "
                                + repository.storage().location(),
                        "`holdfast check --read-data` names the damaged ones");
            }
            suspects.put(pack, new PackPlan.Suspect(pack, bytes, "named on the command line"));
        }
        if (named.isEmpty()) {
            addTooShort(index, files, suspects);
        }
        long read = readData ? readRest(index, files, suspects) : 0;
        List<PackPlan.Suspect> sorted = new ArrayList<>(suspects.values());
        sorted.sort(Comparator.comparing(PackPlan.Suspect::pack));
        return new PackPlan(sorted, read);
    }

    private static void addTooShort(
            BlobIndex index, Map<ObjectId, Long> files, Map<ObjectId, PackPlan.Suspect> suspects) {
        index.forEachPack((pack, entries) -> {
            Long bytes = files.get(pack);
            if (bytes != null
                    && !StoredPacks.fits(
                            entries.stream().map(IndexEntry::packed).toList(), bytes)) {
                suspects.put(pack, new PackPlan.Suspect(pack, bytes, "it is not as long as what is in it makes it"));
            }
        });
    }

    private long readRest(BlobIndex index, Map<ObjectId, Long> files, Map<ObjectId, PackPlan.Suspect> suspects)
            throws IOException {
        progress.step("reading packs");
        Map<ObjectId, Long> rest = new HashMap<>(files);
        rest.keySet().removeIf(pack -> suspects.containsKey(pack) || !index.hasPack(pack));
        progress.expect(rest.values().stream().mapToLong(Long::longValue).sum(), rest.size());
        Semaphore budget = new Semaphore(BUDGET_BYTES);
        List<IOException> failures = new ArrayList<>();
        Parallel.each(rest.entrySet(), Runtime.getRuntime().availableProcessors(), file -> {
            int permits = (int) Math.min(file.getValue(), BUDGET_BYTES);
            budget.acquireUninterruptibly(permits);
            try {
                ByteBuffer content = repository.storage().get(StoredPacks.PREFIX + file.getKey());
                if (!ObjectId.hash(content).equals(file.getKey())) {
                    synchronized (suspects) {
                        suspects.put(
                                file.getKey(),
                                new PackPlan.Suspect(
                                        file.getKey(),
                                        file.getValue(),
                                        "its content does not have the hash it is named by"));
                    }
                }
            } catch (IOException e) {
                tolerate(failures, e);
            } finally {
                budget.release(permits);
            }
            progress.bytes(file.getValue());
            progress.items(1);
        });
        return (long) rest.size() - failures.size();
    }

    /// A pack that the storage does not give is not thereby damaged, and is left as it is.
    private static void tolerate(List<IOException> failures, IOException failure) throws IOException {
        synchronized (failures) {
            failures.add(failure);
            if (failures.size() > FAILURES_MAX) {
                throw new IOException("repair stopped: " + failures.size() + " packs could not be read", failure);
            }
        }
    }

    /// Does what is planned. What is intact is stored anew and indexed first; only then the packs leave the index,
    /// and go last.
    ///
    /// @param copies takes every pack that is removed
    /// @param lock held by the caller since before the plan was made, exclusive
    /// @throws IOException when the storage fails; what was done by then is safe, and the next run goes on
    public PackRepairResult apply(PackPlan plan, Copies copies, Lock lock) throws IOException {
        if (plan.suspects().isEmpty()) {
            return new PackRepairResult(0, 0, List.of(), List.of());
        }
        Salvage salvage = new Salvage(repository, progress, lock);
        salvage.run(plan.suspects());
        Set<ObjectId> removed = new HashSet<>();
        for (PackPlan.Suspect suspect : plan.suspects()) {
            if (!salvage.kept().containsKey(suspect.pack())) {
                removed.add(suspect.pack());
                copies.keep(suspect.pack(), repository.storage().get(StoredPacks.PREFIX + suspect.pack()));
            }
        }
        lock.check();
        if (!removed.isEmpty()) {
            repository.forgetPacks(removed, lock::check);
        }
        long lost = salvage.lost(repository.index());
        for (ObjectId pack : removed) {
            lock.check();
            repository.storage().delete(StoredPacks.PREFIX + pack);
        }
        return new PackRepairResult(
                salvage.saved(),
                lost,
                removed.stream().sorted().toList(),
                List.copyOf(salvage.kept().values()));
    }
}
