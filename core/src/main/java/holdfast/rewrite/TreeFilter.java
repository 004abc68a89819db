package holdfast.rewrite;

import holdfast.model.BlobType;
import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.PathPatterns;
import holdfast.repository.FolderPaths;
import holdfast.repository.Manifests;
import holdfast.repository.Repository;
import holdfast.repository.json.BrokenFormatException;
import holdfast.repository.json.TreeText;
import holdfast.repository.json.TreeText.Change;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Makes the trees of a snapshot without what fits some patterns. Folders in which nothing fits
/// keep their trees; in the others nothing changes but what must. Used by one thread.
final class TreeFilter {
    /// Folders known to be left as they are, so that snapshots with much in common are not read
    /// again and again.
    private static final int UNCHANGED_MAX = 100_000;

    /// Takes a new blob; answers its id.
    @FunctionalInterface
    interface Store {
        ObjectId put(BlobType type, ByteBuffer content) throws IOException;
    }

    private record Folder(String path, ObjectId tree) {}

    private final Repository repository;
    private final PathPatterns exclude;
    private final Map<Folder, Boolean> unchanged = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Folder, Boolean> eldest) {
            return size() > UNCHANGED_MAX;
        }
    };

    TreeFilter(Repository repository, PathPatterns exclude) {
        this.repository = repository;
        this.exclude = exclude;
    }

    /// @param root tree of the snapshot
    /// @param removal filled with what goes
    /// @return the new root tree, the same when nothing fits
    ObjectId filter(ObjectId root, Removal removal, Store store) throws IOException {
        return new Pass(removal, store, new FolderPaths(repository)).run(root);
    }

    private TreeText read(Folder folder) throws IOException {
        try {
            return TreeText.read(repository.loadBlob(BlobType.TREE, folder.tree()));
        } catch (BrokenFormatException e) {
            throw damaged(folder, e);
        }
    }

    private static HoldfastException.Damaged damaged(Folder folder, BrokenFormatException why) {
        return new HoldfastException.Damaged(
                "the folder " + FileNames.display(folder.path()) + " cannot be rewritten: tree " + folder.tree() + ": "
                        + why.getMessage(),
                "leave the snapshot as it is, or use a newer version",
                why);
    }

    /// One folder on its way.
    private static final class Frame {
        private final Folder folder;
        private final TreeText text;
        private final List<Node> nodes;
        private final List<Change> changes = new ArrayList<>();

        Frame(Folder folder, TreeText text) {
            this.folder = folder;
            this.text = text;
            this.nodes = text.tree().nodes();
        }

        private boolean changed() {
            return changes.stream().anyMatch(change -> !(change instanceof Change.Keep));
        }
    }

    /// One snapshot.
    private final class Pass {
        private final Removal removal;
        private final Store store;
        private final FolderPaths paths;
        private final Deque<Frame> open = new ArrayDeque<>();

        Pass(Removal removal, Store store, FolderPaths paths) {
            this.removal = removal;
            this.store = store;
            this.paths = paths;
        }

        /// Folders are as deep as they are, so no method calls itself.
        private ObjectId run(ObjectId root) throws IOException {
            enter(new Folder("/", root));
            while (true) {
                Frame frame = open.getFirst();
                if (frame.changes.size() < frame.nodes.size()) {
                    look(frame, frame.nodes.get(frame.changes.size()));
                    continue;
                }
                ObjectId tree = leave(frame);
                open.removeFirst();
                Frame above = open.peekFirst();
                if (above == null) {
                    return tree;
                }
                above.changes.add(tree.equals(frame.folder.tree()) ? Change.KEEP : new Change.Subtree(tree));
            }
        }

        private void enter(Folder folder) throws IOException {
            TreeText text = read(folder);
            paths.enter(folder.path(), folder.tree(), text.tree());
            open.addFirst(new Frame(folder, text));
        }

        private void look(Frame frame, Node node) throws IOException {
            String path = FolderPaths.below(frame.folder.path(), node.name());
            ObjectId subtree = node.subtree();
            if (isManifest(path)) {
                frame.changes.add(Change.KEEP);
            } else if (exclude.matches(path, node.type() == NodeType.DIRECTORY)) {
                removal.top(path);
                count(path, node);
                frame.changes.add(Change.DROP);
            } else if (subtree == null || unchanged.containsKey(new Folder(path, subtree))) {
                frame.changes.add(Change.KEEP);
            } else {
                enter(new Folder(path, subtree));
            }
        }

        /// It says what the snapshot holds, so no pattern takes it out.
        private boolean isManifest(String path) {
            return path.equals("/" + Manifest.NAME) && removal.manifest() != null;
        }

        private void count(String top, Node node) throws IOException {
            removal.node(top, node);
            Deque<Folder> waiting = new ArrayDeque<>();
            push(top, node, waiting);
            while (!waiting.isEmpty()) {
                Folder folder = waiting.removeFirst();
                for (Node below : paths.enter(folder.path(), folder.tree()).nodes()) {
                    String path = FolderPaths.below(folder.path(), below.name());
                    removal.node(path, below);
                    push(path, below, waiting);
                }
            }
        }

        private static void push(String path, Node node, Deque<Folder> waiting) {
            ObjectId subtree = node.subtree();
            if (subtree != null) {
                waiting.addFirst(new Folder(path, subtree));
            }
        }

        /// The folder's tree, stored if it is a new one.
        private ObjectId leave(Frame frame) throws IOException {
            if (!frame.changed()) {
                unchanged.put(frame.folder, true);
                return frame.folder.tree();
            }
            if (open.size() == 1) {
                document(frame);
            }
            try {
                return store.put(BlobType.TREE, frame.text.changed(frame.changes));
            } catch (BrokenFormatException e) {
                throw damaged(frame.folder, e);
            }
        }

        /// The manifest says what is left.
        private void document(Frame root) throws IOException {
            Manifest manifest = removal.manifest();
            if (manifest == null) {
                return;
            }
            byte[] json = Manifests.toJson(manifest);
            ObjectId blob = store.put(BlobType.DATA, ByteBuffer.wrap(json));
            for (int i = 0; i < root.nodes.size(); i++) {
                Node node = root.nodes.get(i);
                if (node.name().equals(Manifest.NAME)) {
                    root.changes.set(i, new Change.Replace(node.withContent(List.of(blob), json.length)));
                }
            }
        }
    }
}
