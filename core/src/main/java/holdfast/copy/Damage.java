package holdfast.copy;

import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.model.Tree;
import holdfast.repository.BlobIndex;
import holdfast.repository.Repository;
import holdfast.repository.TreeWalk;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The blobs of the source that are missing or damaged, and which snapshots need them. Safe for use
/// by many threads.
final class Damage {
    private record Blob(BlobType type, ObjectId id) {}

    private final Map<Blob, String> blobs = new ConcurrentHashMap<>();

    void add(BlobType type, ObjectId id, HoldfastException.Damaged why) {
        blobs.putIfAbsent(new Blob(type, id), String.valueOf(why.getMessage()));
    }

    boolean isEmpty() {
        return blobs.isEmpty();
    }

    /// Why a snapshot is not whole, if it is not. Reads its trees, unless there is no damage at all.
    Optional<String> of(Repository source, BlobIndex index, Snapshot snapshot) throws IOException {
        AtomicReference<@Nullable String> found = new AtomicReference<>();
        if (!isEmpty()) {
            new TreeWalk(source, index).walk(List.of(snapshot.tree()), new TreeWalk.Visitor() {
                @Override
                public void tree(ObjectId id, Tree tree) {
                    look(BlobType.TREE, id);
                    for (Node node : tree.nodes()) {
                        node.content().forEach(blob -> look(BlobType.DATA, blob));
                    }
                }

                @Override
                public void unreadable(ObjectId id, HoldfastException.Damaged why) {
                    found.compareAndSet(null, String.valueOf(why.getMessage()));
                }

                private void look(BlobType type, ObjectId id) {
                    String why = blobs.get(new Blob(type, id));
                    if (why != null) {
                        found.compareAndSet(null, why);
                    }
                }
            });
        }
        return Optional.ofNullable(found.get());
    }
}
