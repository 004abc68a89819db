package holdfast.verify;

import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.model.Tree;
import holdfast.repository.BlobIndex;
import holdfast.repository.FolderPaths;
import holdfast.repository.Repository;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/// Finds where in which snapshots lost blobs are missed. Trees that miss nothing are read once, however
/// many snapshots share them.
final class AffectedPlaces {
    private static final class Folder {
        private final int position;
        private final String path;
        private final Iterator<Node> rest;
        private boolean affected;

        Folder(int position, String path, Iterator<Node> rest) {
            this.position = position;
            this.path = path;
            this.rest = rest;
        }
    }

    private final Repository repository;
    private final BlobIndex index;
    private final Findings findings;
    /// positions in the index of trees in and below which nothing is missed
    private final BitSet whole = new BitSet();

    AffectedPlaces(Repository repository, BlobIndex index, Findings findings) {
        this.repository = repository;
        this.index = index;
        this.findings = findings;
    }

    void find(List<Snapshot> snapshots) throws IOException {
        for (Snapshot snapshot : snapshots) {
            if (findings.full()) {
                return;
            }
            try {
                find(snapshot, new FolderPaths(repository));
            } catch (HoldfastException.Damaged endless) {
                findings.error("snapshots/" + snapshot.id(), String.valueOf(endless.getMessage()));
            }
        }
    }

    private void find(Snapshot snapshot, FolderPaths paths) throws IOException {
        Deque<Folder> open = new ArrayDeque<>();
        enter(snapshot.id(), snapshot.tree(), "/", open, paths);
        while (!open.isEmpty()) {
            Folder folder = open.getFirst();
            if (folder.rest.hasNext()) {
                Node node = folder.rest.next();
                String path = FolderPaths.below(folder.path, node.name());
                ObjectId subtree = node.subtree();
                folder.affected |= content(snapshot.id(), node, path);
                if (subtree != null) {
                    folder.affected |= enter(snapshot.id(), subtree, path, open, paths);
                }
            } else {
                leave(open);
            }
        }
    }

    private void leave(Deque<Folder> open) {
        Folder folder = open.pop();
        Folder parent = open.peek();
        if (!folder.affected) {
            whole.set(folder.position);
        } else if (parent != null) {
            parent.affected = true;
        }
    }

    /// @return whether the tree itself is missed
    private boolean enter(ObjectId snapshot, ObjectId tree, String path, Deque<Folder> open, FolderPaths paths)
            throws IOException {
        Findings.Draft because = findings.because(BlobType.TREE, tree);
        if (because != null) {
            findings.place(because, snapshot, path);
        }
        int position = index.position(BlobType.TREE, tree);
        if (position >= 0 && !whole.get(position)) {
            Tree loaded;
            try {
                loaded = repository.loadTree(tree);
            } catch (HoldfastException.Damaged | IOException e) {
                return true; // there is a finding for it
            }
            paths.enter(path, tree, loaded);
            open.push(new Folder(position, path, loaded.nodes().iterator()));
        }
        return because != null;
    }

    private boolean content(ObjectId snapshot, Node node, String path) {
        boolean affected = false;
        for (ObjectId blob : node.content()) {
            Findings.Draft because = findings.because(BlobType.DATA, blob);
            if (because != null) {
                findings.place(because, snapshot, path);
                affected = true;
            }
        }
        return affected;
    }
}
