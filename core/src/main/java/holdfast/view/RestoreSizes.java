package holdfast.view;

import holdfast.model.BlobType;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.repository.BlobIndex;
import holdfast.repository.FolderPaths;
import holdfast.repository.Repository;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What restoring a tree would write. A tree that many snapshots share is read once, unless hard links
/// in it make its size depend on what else the snapshot holds. Not thread-safe.
final class RestoreSizes {
    /// Trees remembered; those beyond are read again for every snapshot.
    private static final int REMEMBERED_MAX = 1 << 18;

    /// Sums over a tree and all below it.
    record Sum(long entries, long files, long bytes) {
        Sum plus(Sum other) {
            return new Sum(added(entries, other.entries), added(files, other.files), added(bytes, other.bytes));
        }
    }

    /// Hostile sizes are no reason to answer a number below zero.
    private static long added(long one, long other) {
        long sum = one + other;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    private record Inode(long number, long device) {}

    private static final class Folder {
        private final int position;
        private final Iterator<Node> rest;
        private Sum sum = new Sum(0, 0, 0);
        private boolean linked;

        Folder(int position, List<Node> nodes) {
            this.position = position;
            this.rest = nodes.iterator();
        }
    }

    private final Repository repository;
    private final BlobIndex index;
    private final Map<Integer, Sum> known = new HashMap<>();

    RestoreSizes(Repository repository, BlobIndex index) {
        this.repository = repository;
        this.index = index;
    }

    Sum of(ObjectId root) throws IOException {
        Set<Inode> inodes = new HashSet<>();
        FolderPaths paths = new FolderPaths(repository);
        Deque<Folder> open = new ArrayDeque<>();
        Sum total = enter(root, open, paths);
        while (total == null) {
            Folder folder = open.getFirst();
            if (folder.rest.hasNext()) {
                take(folder, folder.rest.next(), inodes, open, paths);
            } else {
                open.pop();
                total = leave(folder, open.peek());
            }
        }
        return total;
    }

    private @Nullable Sum enter(ObjectId tree, Deque<Folder> open, FolderPaths paths) throws IOException {
        int position = index.position(BlobType.TREE, tree);
        Sum sum = known.get(position);
        if (sum == null) {
            open.push(new Folder(position, paths.enter("", tree).nodes()));
        }
        return sum;
    }

    private void take(Folder folder, Node node, Set<Inode> inodes, Deque<Folder> open, FolderPaths paths)
            throws IOException {
        boolean file = node.type() == NodeType.FILE;
        long bytes = file ? node.size() : 0;
        if (file && node.links() > 1) {
            folder.linked = true;
            if (!inodes.add(
                    new Inode(node.attributes().inode(), node.attributes().deviceId()))) {
                bytes = 0;
            }
        }
        folder.sum = folder.sum.plus(new Sum(1, file ? 1 : 0, bytes));
        ObjectId subtree = node.subtree();
        if (subtree != null) {
            Sum below = enter(subtree, open, paths);
            if (below != null) {
                folder.sum = folder.sum.plus(below);
            }
        }
    }

    /// @return the sum, when the folder has no parent
    private @Nullable Sum leave(Folder folder, @Nullable Folder parent) {
        if (!folder.linked && known.size() < REMEMBERED_MAX) {
            known.put(folder.position, folder.sum);
        }
        if (parent == null) {
            return folder.sum;
        }
        parent.sum = parent.sum.plus(folder.sum);
        parent.linked |= folder.linked;
        return null;
    }
}
