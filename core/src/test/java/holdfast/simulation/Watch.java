package holdfast.simulation;

import holdfast.model.BlobType;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.repository.IndexEntry;
import holdfast.repository.LockMode;
import holdfast.repository.Mark;
import holdfast.repository.Repository;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Watches what processes do to each other: that nobody takes another's lock away while it is fresh, that no two locks
/// are held which exclude each other, that no pack goes from under somebody who was at work before it was marked, and
/// that nobody relies on what was marked before.
/// Knows who stored what and when, and nothing of how locks and marks are written.
final class Watch {
    /// Others take a lock for stale after 30 minutes: by clocks that are some minutes apart, and reckoned from a time
    /// that was some minutes old when it was stored.
    private static final Duration FRESH = Duration.ofMinutes(20);

    private final SimulatedDisk disk;
    private final SimulatedTime time;
    private final Map<String, Stored> stored = new LinkedHashMap<>();
    private final Map<SimulatedProcess, Instant> firstLocks = new HashMap<>();
    private final Map<SimulatedProcess, LockMode> held = new LinkedHashMap<>();
    private final Map<ObjectId, SimulatedProcess> removedPacks = new LinkedHashMap<>();
    private final Map<ObjectId, SimulatedProcess> newSnapshots = new LinkedHashMap<>();
    private Model.@Nullable Violation violation;

    private record Stored(SimulatedProcess by, Instant at) {}

    Watch(SimulatedDisk disk, SimulatedTime time) {
        this.disk = disk;
        this.time = time;
    }

    void stored(String name, SimulatedProcess by) {
        if (name.startsWith("locks/") || name.startsWith("marks/")) {
            stored.put(name, new Stored(by, time.now()));
        }
        if (name.startsWith("snapshots/")) {
            newSnapshots.put(ObjectId.parse(name.substring("snapshots/".length())), by);
        }
        if (name.startsWith("locks/")) {
            firstLocks.putIfAbsent(by, time.now());
        }
    }

    void removed(String name, SimulatedProcess by) {
        if (name.startsWith("data/")) {
            removedPacks.put(ObjectId.parse(name.substring("data/".length())), by);
        }
        Stored lock = name.startsWith("locks/") ? stored.get(name) : null;
        if (lock != null && lock.by() != by && lock.at().plus(FRESH).isAfter(time.now())) {
            broken(by.name + " removed a lock that " + lock.by().name + " had stored at " + lock.at());
        }
        if (lock != null && locks(lock.by()).isEmpty()) {
            firstLocks.remove(lock.by());
        }
    }

    /// A process has got its lock.
    void holds(SimulatedProcess process, LockMode mode) {
        held.forEach((other, otherMode) -> {
            if (isAtWork(other) && (excludes(process, mode, otherMode) || excludes(other, otherMode, mode))) {
                broken(process.name + " got a lock, " + mode + ", beside that of " + other.name + ", " + otherMode);
            }
        });
        held.put(process, mode);
    }

    void released(SimulatedProcess process) {
        held.remove(process);
    }

    private static boolean excludes(SimulatedProcess process, LockMode mode, LockMode other) {
        return mode == LockMode.EXCLUSIVE || (other == LockMode.MAINTENANCE && (mode == other || process.stock));
    }

    /// Judges the packs that were removed, and the snapshots that were saved, since it did so last. Damaged marks say
    /// nothing.
    ///
    /// @param repository in which the marks can be read
    void judge(Repository repository, Model model) throws IOException {
        List<Mark> marks = model.isDamaged() ? List.of() : repository.marks(_ -> {});
        if (!model.isDamaged()) {
            removedPacks.forEach((pack, by) -> judge(pack, by, marks));
        }
        if (!marks.isEmpty() && !newSnapshots.isEmpty()) {
            for (Snapshot snapshot : repository.snapshots()) {
                SimulatedProcess by = newSnapshots.get(snapshot.id());
                if (by != null && !by.stock && held.get(by) == LockMode.SHARED) {
                    judge(snapshot.tree(), repository, by, packs(marks, by));
                }
            }
        }
        removedPacks.clear();
        newSnapshots.clear();
    }

    /// What was marked before a process began.
    private Set<ObjectId> packs(List<Mark> marks, SimulatedProcess by) {
        Set<ObjectId> packs = new HashSet<>();
        for (Mark mark : marks) {
            Stored file = stored.get("marks/" + mark.id());
            if (file != null && file.at().isBefore(firstLocks.getOrDefault(by, Instant.MIN))) {
                packs.addAll(mark.packs());
            }
        }
        return packs;
    }

    /// Nothing of a new snapshot lies in those packs alone.
    private void judge(ObjectId tree, Repository repository, SimulatedProcess by, Set<ObjectId> marked)
            throws IOException {
        judge(BlobType.TREE, tree, repository, by, marked);
        for (Node node : repository.loadTree(tree).nodes()) {
            for (ObjectId blob : node.content()) {
                judge(BlobType.DATA, blob, repository, by, marked);
            }
            ObjectId subtree = node.subtree();
            if (subtree != null) {
                judge(subtree, repository, by, marked);
            }
        }
    }

    private void judge(BlobType type, ObjectId blob, Repository repository, SimulatedProcess by, Set<ObjectId> marked)
            throws IOException {
        if (repository.index().findAll(type, blob).stream()
                .map(IndexEntry::pack)
                .allMatch(marked::contains)) {
            broken(by.name + " relies on blob " + blob.brief() + ", which had been marked before it began");
        }
    }

    private void judge(ObjectId pack, SimulatedProcess by, List<Mark> marks) {
        Instant marked = marks.stream()
                .filter(mark -> mark.packs().contains(pack))
                .map(mark -> stored.get("marks/" + mark.id()))
                .filter(Objects::nonNull)
                .map(Stored::at)
                .min(Instant::compareTo)
                .orElse(null);
        if (marked == null) {
            broken(by.name + " removed pack " + pack.brief() + ", which no mark named");
            return;
        }
        held.keySet().forEach(other -> {
            boolean knows = !other.stock && marked.isBefore(firstLocks.getOrDefault(other, Instant.MAX));
            if (other != by && isAtWork(other) && !knows) {
                broken(by.name + " removed pack " + pack.brief() + ", marked at " + marked + ", though " + other.name
                        + " is at work and may rely on it");
            }
        });
    }

    /// Whether it is alive and nobody can take its lock for stale.
    private boolean isAtWork(SimulatedProcess process) {
        return !process.dead
                && locks(process).stream().anyMatch(at -> at.plus(FRESH).isAfter(time.now()));
    }

    /// When the locks of a process that are there were stored.
    private List<Instant> locks(SimulatedProcess process) {
        return stored.entrySet().stream()
                .filter(file -> file.getValue().by() == process)
                .filter(file -> file.getKey().startsWith("locks/") && disk.get(file.getKey()) != null)
                .map(file -> file.getValue().at())
                .toList();
    }

    private void broken(String what) {
        violation = new Model.Violation(what);
    }

    /// Says so when a promise was broken.
    void requireNone() {
        if (violation != null) {
            throw violation;
        }
    }
}
