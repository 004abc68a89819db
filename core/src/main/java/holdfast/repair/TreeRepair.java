package holdfast.repair;

import holdfast.model.BlobType;
import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Tree;
import holdfast.repository.BlobIndex;
import holdfast.repository.BlobWriter;
import holdfast.repository.FolderPaths;
import holdfast.repository.IndexEntry;
import holdfast.repository.Repository;
import holdfast.repository.json.TreeJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Writes trees anew so that they name only what there is. Trees in and below which nothing is missing stay as
/// they are, and are read once however many roots share them. Remembers one bit for each blob of the index. Used by
/// one thread.
final class TreeRepair {
    /// Takes the trees that are changed.
    @FunctionalInterface
    interface Output {
        ObjectId write(Tree tree) throws IOException;

        /// Into nothing.
        static Output nowhere() {
            return tree -> ObjectId.hash(TreeJson.write(tree));
        }

        /// Into a repository, even if the index knows the tree: what it knows may be the damaged copy.
        static Output to(BlobWriter writer) {
            return tree -> {
                ByteBuffer json = TreeJson.write(tree);
                Future<ObjectId> _ = writer.rewrite(BlobType.TREE, json); // finish() throws what it would throw
                return ObjectId.hash(json);
            };
        }
    }

    /// From so many places of one root on a damaged folder that was gone through before is told of as a whole: folders
    /// that are shared again and again would have no end.
    private static final long TOLD_MAX = 10_000;

    private static final Tree EMPTY = new Tree(List.of());

    private final Repository repository;
    private final BlobIndex index;
    private final Output output;
    /// positions in the index of trees in and below which nothing is to be changed
    private final BitSet sound = new BitSet();
    /// what became of the others
    private final Map<ObjectId, ObjectId> rewritten = new HashMap<>();

    /// @param index the one that `repository` uses, which names only blobs that are there
    TreeRepair(Repository repository, BlobIndex index, Output output) {
        this.repository = repository;
        this.index = index;
        this.output = output;
    }

    /// A folder that is being gone through.
    private static final class Folder {
        private final ObjectId id;
        private final String path;
        /// its own node in its parent; null for the root
        private final @Nullable Node node;

        private final Iterator<Node> rest;
        private final List<Node> nodes;
        private boolean changed;

        Folder(ObjectId id, String path, @Nullable Node node, Tree tree) {
            this.id = id;
            this.path = path;
            this.node = node;
            rest = tree.nodes().iterator();
            nodes = new ArrayList<>(tree.nodes().size());
        }

        String path(Node child) {
            return FolderPaths.below(path, child.name());
        }
    }

    /// @param changes told of every place below the root that is changed, paths beginning at `/`
    /// @return the root's new tree, which is `root` itself when nothing is changed; null when `root` itself is lost
    /// @throws IOException when the storage fails, which is no damage
    @Nullable
    ObjectId repair(ObjectId root, Consumer<Loss> changes) throws IOException {
        if (isSound(root)) {
            return root;
        }
        Tree tree = load(root);
        if (tree == null) {
            return null;
        }
        long[] told = new long[1];
        Consumer<Loss> counting = loss -> {
            told[0]++;
            changes.accept(loss);
        };
        Deque<Folder> open = new ArrayDeque<>();
        open.push(new Folder(root, "/", null, tree));
        while (true) {
            Folder folder = open.element();
            if (folder.rest.hasNext()) {
                enter(folder.rest.next(), folder, open, counting, told[0] > TOLD_MAX);
                continue;
            }
            ObjectId id = finish(open.pop(), counting);
            Folder parent = open.peek();
            if (parent == null || folder.node == null) {
                return id;
            }
            parent.nodes.add(folder.node.withSubtree(id));
            parent.changed |= folder.changed;
        }
    }

    private boolean isSound(ObjectId tree) {
        int position = index.position(BlobType.TREE, tree);
        return position >= 0 && sound.get(position);
    }

    private @Nullable Tree load(ObjectId id) throws IOException {
        if (index.find(BlobType.TREE, id) == null) {
            return null;
        }
        try {
            return repository.loadTree(id);
        } catch (HoldfastException.Damaged lost) {
            return null;
        }
    }

    /// @param enough whether what was gone through before is not gone through again
    private void enter(Node node, Folder folder, Deque<Folder> open, Consumer<Loss> changes, boolean enough)
            throws IOException {
        ObjectId subtree = node.subtree();
        ObjectId known = subtree == null || !enough ? null : rewritten.get(subtree);
        if (subtree == null) {
            folder.nodes.add(content(node, folder, changes));
        } else if (isSound(subtree)) {
            folder.nodes.add(node);
        } else if (known != null) {
            changes.accept(new Loss(folder.path(node), Loss.Kind.BELOW, 0, 0));
            folder.changed = true;
            folder.nodes.add(node.withSubtree(known));
        } else {
            Tree tree = load(subtree);
            if (tree == null) {
                changes.accept(new Loss(folder.path(node), Loss.Kind.EMPTIED, 0, 0));
                folder.changed = true;
                folder.nodes.add(node.withSubtree(output.write(EMPTY)));
            } else {
                open.push(new Folder(subtree, folder.path(node), node, tree));
            }
        }
    }

    private Node content(Node node, Folder folder, Consumer<Loss> changes) {
        if (node.type() != NodeType.FILE) {
            if (node.content().isEmpty()) {
                return node;
            }
            changes.accept(new Loss(folder.path(node), Loss.Kind.NO_FILE, 0, 0));
            folder.changed = true;
            return node.withContent(List.of(), node.size());
        }
        List<ObjectId> kept = new ArrayList<>(node.content().size());
        long bytes = 0;
        for (ObjectId blob : node.content()) {
            IndexEntry entry = index.find(BlobType.DATA, blob);
            if (entry != null) {
                kept.add(blob);
                bytes += entry.plainBytes();
            }
        }
        boolean cut = kept.size() < node.content().size();
        if (!cut && bytes == node.size()) {
            return node;
        }
        changes.accept(new Loss(folder.path(node), cut ? Loss.Kind.CUT : Loss.Kind.SIZE, bytes, node.size()));
        folder.changed = true;
        return node.withContent(kept, bytes);
    }

    private ObjectId finish(Folder folder, Consumer<Loss> changes) throws IOException {
        order(folder, changes);
        if (folder.changed) {
            ObjectId id = output.write(new Tree(folder.nodes));
            rewritten.put(folder.id, id);
            return id;
        }
        sound.set(index.position(BlobType.TREE, folder.id));
        return folder.id;
    }

    private static void order(Folder folder, Consumer<Loss> changes) {
        Set<String> names = new HashSet<>();
        boolean ordered = true;
        String last = null;
        for (Node node : folder.nodes) {
            ordered &= last == null || FileNames.compare(last, node.name()) < 0;
            last = node.name();
        }
        if (ordered) {
            return;
        }
        folder.changed = true;
        changes.accept(new Loss(folder.path, Loss.Kind.ORDER, 0, 0));
        folder.nodes.removeIf(node -> {
            boolean again = !names.add(node.name());
            if (again) {
                changes.accept(new Loss(folder.path(node), Loss.Kind.TWICE, 0, 0));
            }
            return again;
        });
        folder.nodes.sort((left, right) -> FileNames.compare(left.name(), right.name()));
    }
}
