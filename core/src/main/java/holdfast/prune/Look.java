package holdfast.prune;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.repository.BlobIndex;
import holdfast.repository.Mark;
import holdfast.repository.Repository;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What the repository held at one moment. The snapshots are read before the index, which then knows all that they
/// use.
///
/// @param names of the snapshot and index files
/// @param marks those that can be read
/// @param used positions in the index of what the snapshots use; of a blob with several copies the first
record Look(Set<String> names, Set<ObjectId> snapshots, List<Mark> marks, BlobIndex index, BitSet used) {
    /// @throws HoldfastException.Damaged when a snapshot, tree or index file cannot be read: it cannot be known what
    ///     is used
    static Look at(Repository repository, Progress progress) throws IOException {
        progress.step("reading index");
        Set<String> names = names(repository);
        List<Snapshot> snapshots = snapshots(repository);
        List<Mark> marks = repository.marks(_ -> {});
        BlobIndex index = index(repository);
        progress.step("finding used blobs");
        BitSet used = UsedBlobs.find(repository, index, snapshots, progress);
        Set<ObjectId> ids = new HashSet<>();
        snapshots.forEach(snapshot -> ids.add(snapshot.id()));
        return new Look(names, ids, marks, index, used);
    }

    static Set<String> names(Repository repository) throws IOException {
        Set<String> names = new HashSet<>(snapshotNames(repository));
        repository.storage().listAll("index/").forEach(file -> names.add(file.name()));
        return names;
    }

    private static Set<String> snapshotNames(Repository repository) throws IOException {
        Set<String> names = new HashSet<>();
        repository.storage().listAll("snapshots/").forEach(file -> names.add(file.name()));
        return names;
    }

    /// Whether the same snapshots are still there, and no other.
    boolean sameSnapshots(Repository repository) throws IOException {
        Set<String> seen = new HashSet<>();
        snapshots.forEach(id -> seen.add("snapshots/" + id));
        return seen.equals(snapshotNames(repository));
    }

    /// All packs that marks name.
    Set<ObjectId> marked() {
        Set<ObjectId> marked = new HashSet<>();
        marks.forEach(mark -> marked.addAll(mark.packs()));
        return marked;
    }

    private static List<Snapshot> snapshots(Repository repository) throws IOException {
        try {
            return repository.snapshots();
        } catch (HoldfastException.Damaged e) {
            throw new HoldfastException.Damaged(
                    "cannot prune: " + e.getMessage(),
                    "nothing was removed; fetch that file from another copy of the repository, "
                            + "or remove it by hand to give the snapshot up",
                    e);
        }
    }

    private static BlobIndex index(Repository repository) throws IOException {
        try {
            return repository.reloadIndexPassingOverMarks(damaged -> {
                throw damaged;
            });
        } catch (HoldfastException.Damaged e) {
            throw UsedBlobs.cannotPrune(e);
        }
    }
}
