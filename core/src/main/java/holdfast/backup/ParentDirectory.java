package holdfast.backup;

import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.repository.Repository;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A directory as the parent snapshot holds it, read when first asked for. What cannot be read
/// counts as not there: then files are read afresh, and nothing depends on a damaged parent. Safe
/// for use by many threads.
final class ParentDirectory {
    private final Repository repository;
    private final @Nullable ObjectId tree;
    private @Nullable Map<String, Node> nodes;

    ParentDirectory(Repository repository, @Nullable ObjectId tree) {
        this.repository = repository;
        this.tree = tree;
    }

    @Nullable
    ObjectId tree() {
        return tree;
    }

    @Nullable
    Node node(String name) {
        return nodes().get(name);
    }

    ParentDirectory child(String name) {
        Node node = node(name);
        return new ParentDirectory(
                repository, node != null && node.type() == NodeType.DIRECTORY ? node.subtree() : null);
    }

    /// The earlier node of a file that has not changed since, or null. All its blobs are in the
    /// repository.
    @Nullable
    Node unchanged(Node file) throws IOException {
        Node before = node(file.name());
        boolean same = before != null
                && before.type() == NodeType.FILE
                && before.size() == file.size()
                && before.attributes().inode() == file.attributes().inode()
                && before.attributes().mtime().equals(file.attributes().mtime())
                && before.attributes().ctime().equals(file.attributes().ctime());
        return same && before != null && allStored(before) ? before : null;
    }

    /// An earlier file of just this size, or null. All its blobs are in the repository.
    @Nullable
    Node stored(String name, long bytes) throws IOException {
        Node before = node(name);
        boolean same = before != null && before.type() == NodeType.FILE && before.size() == bytes;
        return same && before != null && allStored(before) ? before : null;
    }

    private boolean allStored(Node file) throws IOException {
        for (ObjectId blob : file.content()) {
            if (!repository.index().contains(BlobType.DATA, blob)) {
                return false;
            }
        }
        return true;
    }

    private synchronized Map<String, Node> nodes() {
        Map<String, Node> known = nodes;
        if (known == null) {
            known = read();
            nodes = known;
        }
        return known;
    }

    private Map<String, Node> read() {
        if (tree == null) {
            return Map.of();
        }
        try {
            Map<String, Node> byName = new HashMap<>();
            for (Node node : repository.loadTree(tree).nodes()) {
                byName.put(node.name(), node);
            }
            return byName;
        } catch (IOException | HoldfastException e) {
            return Map.of();
        }
    }
}
