package holdfast.prune;

import holdfast.io.Parallel;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.repository.BlobIndex;
import holdfast.repository.Lock;
import holdfast.repository.LockInfo;
import holdfast.repository.LockMode;
import holdfast.repository.Mark;
import holdfast.repository.Repository;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Removes what marks name, as far as it may go by now. The order is the safety (ADR 11):
/// 1. marks, then locks, then snapshots are looked at, in this order;
/// 2. new index files without the packs that go are written, then the old ones are removed;
/// 3. the packs are removed, then the marks that are done with.
///
/// Every step can be done again: what a crash leaves over is found by the next prune under the same marks.
final class Sweep {
    private static final int DELETES_AT_ONCE = 8;

    private final Repository repository;
    private final Progress progress;
    private final Lock lock;
    private final PrunePlan plan;
    private final List<Mark> planned;
    private final Repack repack;
    private final Map<ObjectId, Long> fileBytes = new HashMap<>();
    private final AtomicInteger removed = new AtomicInteger();
    private final AtomicLong removedBytes = new AtomicLong();

    /// @param planned the marks that the plan knows; none if the repository was no longer as it says when this lock
    ///     was taken
    Sweep(Repository repository, Progress progress, Lock lock, PrunePlan plan, List<Mark> planned, Repack repack) {
        this.repository = repository;
        this.progress = progress;
        this.lock = lock;
        this.plan = plan;
        this.planned = List.copyOf(planned);
        this.repack = repack;
    }

    /// What goes now.
    ///
    /// @param indexed packs that an index file names, with a file or without
    /// @param orphans the others
    private record Going(List<ObjectId> indexed, List<ObjectId> orphans) {}

    PruneResult run() throws IOException {
        List<Mark> marks = repository.marks(_ -> {});
        List<LockInfo> others = marks.isEmpty() ? List.of() : repository.locks().besides(lock);
        List<Mark> due = new ArrayList<>(marks);
        due.removeIf(mark -> !mayGo(mark, others));
        Set<ObjectId> needed = due.isEmpty() ? plan.needed(repack.carried()) : needed(due);
        BlobIndex index = repository.reloadIndexPassingOverMarks(damaged -> {
            throw damaged;
        });
        listFiles();
        Going going = going(due, needed, index);
        List<Mark> done =
                due.stream().filter(mark -> isDone(mark, needed, going)).toList();
        int proofs = remove(going, done);
        List<Mark> left = new ArrayList<>(marks);
        left.removeAll(done);
        Set<ObjectId> unused = new HashSet<>(going.indexed());
        unused.removeAll(repack.carried());
        unused.retainAll(fileBytes.keySet());
        return new PruneResult(
                unused.size(),
                repack.carried().size(),
                going.orphans().size(),
                proofs,
                removedBytes.get(),
                repack.writtenBytes(),
                repack.damaged(),
                pending(left, needed, others));
    }

    private boolean mayGo(Mark mark, List<LockInfo> others) {
        if (lock.mode() == LockMode.SHARED) {
            return false;
        }
        boolean waited = !repository
                .clock()
                .instant()
                .isBefore(mark.at().plus(plan.options().gracePeriod()));
        return others.isEmpty() || (waited && others.stream().allMatch(other -> other.honours(List.of(mark.id()))));
    }

    /// What snapshots need by now: as the plan says if there are still the same, and if it knows the marks:
    /// another prune may have marked what this one has just written.
    private Set<ObjectId> needed(List<Mark> due) throws IOException {
        boolean known = planned.stream()
                .map(Mark::id)
                .toList()
                .containsAll(due.stream().map(Mark::id).toList());
        if (known && plan.look().sameSnapshots(repository)) {
            return plan.needed(repack.carried());
        }
        return new Planning(repository, Look.at(repository, progress)).needed();
    }

    private void listFiles() throws IOException {
        repository
                .storage()
                .listAll("data/")
                .forEach(file -> fileBytes.put(ObjectId.parse(file.name().substring("data/".length())), file.bytes()));
    }

    /// Where a pack is damaged no orphan goes: it may hold a good copy.
    private Going going(List<Mark> due, Set<ObjectId> needed, BlobIndex index) {
        Set<ObjectId> named = new HashSet<>();
        due.forEach(mark -> named.addAll(mark.packs()));
        named.removeAll(needed);
        Going going = new Going(new ArrayList<>(), new ArrayList<>());
        for (ObjectId pack : named) {
            if (index.hasPack(pack)) {
                going.indexed().add(pack);
            } else if (fileBytes.containsKey(pack) && repack.damaged().isEmpty()) {
                going.orphans().add(pack);
            }
        }
        return going;
    }

    private boolean isDone(Mark mark, Set<ObjectId> needed, Going going) {
        Set<ObjectId> left = new HashSet<>(mark.packs());
        left.retainAll(fileBytes.keySet());
        left.removeAll(needed);
        going.indexed().forEach(left::remove);
        going.orphans().forEach(left::remove);
        return left.isEmpty();
    }

    /// @return how many proofs were removed
    private int remove(Going going, List<Mark> done) throws IOException {
        try {
            remove(going.orphans());
            if (!going.indexed().isEmpty()) {
                progress.step("writing index");
                lock.confirm();
                repository.forgetPacks(new HashSet<>(going.indexed()), lock::check);
            }
            remove(going.indexed());
            lock.check();
            repository.removeMarks(done.stream().map(Mark::id).toList());
            return lock.mode() == LockMode.SHARED || plan.summary().proofs() == 0 ? 0 : repository.removeOrphanProofs();
        } catch (IOException e) {
            int all = going.indexed().size() + going.orphans().size();
            throw new HoldfastException.Failed(
                    "prune stopped: " + e.getMessage() + " (" + removed + " of " + all + " packs were removed before)",
                    "nothing that a snapshot needs is gone, and the next prune goes on from here; where the storage"
                            + " forbids removing, prune from where it is allowed",
                    e);
        }
    }

    private void remove(Collection<ObjectId> packs) throws IOException {
        List<ObjectId> there = packs.stream().filter(fileBytes::containsKey).toList();
        if (there.isEmpty()) {
            return;
        }
        progress.step("removing packs");
        progress.expect(0, there.size());
        lock.confirm();
        Parallel.each(there, DELETES_AT_ONCE, pack -> {
            lock.check();
            remove(pack);
            progress.items(1);
        });
    }

    private void remove(ObjectId pack) throws IOException {
        try {
            repository.storage().delete("data/" + pack);
        } catch (IOException e) {
            throw new IOException(
                    "data/" + pack + " could not be removed from "
                            + repository.storage().location() + ": " + e.getMessage(),
                    e);
        }
        removed.incrementAndGet();
        removedBytes.addAndGet(fileBytes.getOrDefault(pack, 0L));
    }

    private Optional<PruneResult.Pending> pending(List<Mark> left, Set<ObjectId> needed, List<LockInfo> others) {
        Set<ObjectId> packs = new HashSet<>();
        Instant from = Instant.MIN;
        List<String> waitingFor = new ArrayList<>();
        for (Mark mark : left) {
            packs.addAll(mark.packs());
            Instant at = mark.at().plus(plan.options().gracePeriod());
            from = from.isBefore(at) ? at : from;
        }
        packs.removeAll(needed);
        packs.retainAll(fileBytes.keySet());
        if (packs.isEmpty()) {
            return Optional.empty();
        }
        List<ObjectId> marks = left.stream().map(Mark::id).toList();
        others.stream().filter(other -> !other.honours(marks)).forEach(other -> waitingFor.add(other.toString()));
        long bytes = packs.stream()
                .mapToLong(pack -> fileBytes.getOrDefault(pack, 0L))
                .sum();
        return Optional.of(new PruneResult.Pending(packs.size(), bytes, from, waitingFor));
    }
}
