package holdfast.view;

import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.repository.FolderPaths;
import holdfast.repository.Repository;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/// What a snapshot holds. Nodes are passed on as they are read, each folder before its entries and the
/// entries in the order of their names' bytes, so memory grows with the depth of the tree only.
public final class SnapshotListing {
    /// Takes nodes with their absolute paths.
    @FunctionalInterface
    public interface Sink {
        void node(String path, Node node) throws IOException;
    }

    private record Folder(String path, Iterator<Node> rest) {}

    private final Repository repository;

    public SnapshotListing(Repository repository) {
        this.repository = repository;
    }

    /// Lists what lies below `path`; if there is no folder at that path, the one node that is there.
    ///
    /// @param recursive whether to list folders in folders too
    /// @throws holdfast.model.HoldfastException.PreCheckFailed when there is nothing at `path`
    public void list(Snapshot snapshot, String path, boolean recursive, Sink sink) throws IOException {
        SnapshotPath start = SnapshotPath.resolve(repository, snapshot, path);
        ObjectId tree = start.node().subtree();
        if (tree == null) {
            sink.node(start.path(), start.node());
        } else {
            list(start.path(), tree, recursive, new FolderPaths(repository), sink);
        }
    }

    void list(String path, ObjectId tree, boolean recursive, FolderPaths paths, Sink sink) throws IOException {
        Deque<Folder> open = new ArrayDeque<>();
        open.push(folder(path, tree, paths));
        while (!open.isEmpty()) {
            Folder folder = open.getFirst();
            if (!folder.rest().hasNext()) {
                open.pop();
                continue;
            }
            Node node = folder.rest().next();
            String at = FolderPaths.below(folder.path(), node.name());
            sink.node(at, node);
            ObjectId subtree = node.subtree();
            if (recursive && subtree != null) {
                open.push(folder(at, subtree, paths));
            }
        }
    }

    private static Folder folder(String path, ObjectId tree, FolderPaths paths) throws IOException {
        return new Folder(path, paths.enter(path, tree).nodes().iterator());
    }
}
