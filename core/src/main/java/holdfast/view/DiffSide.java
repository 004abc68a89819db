package holdfast.view;

import holdfast.model.BlobType;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Tree;
import holdfast.repository.BlobIndex;
import holdfast.repository.IndexEntry;
import holdfast.repository.Repository;
import holdfast.repository.TreeWalk;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;

/// What one of two compared snapshots has that the other may lack: counts of entries, and the blobs as
/// bits over the index. Blobs the index does not know are left out: they are for `check` to tell.
final class DiffSide {
    private final BlobIndex index;
    private final BitSet blobs = new BitSet();
    private long files;
    private long folders;
    private long others;

    DiffSide(BlobIndex index) {
        this.index = index;
    }

    void use(BlobType type, ObjectId id) {
        int position = index.position(type, id);
        if (position >= 0) {
            blobs.set(position);
        }
    }

    void count(Node node) {
        switch (node.type()) {
            case FILE -> files++;
            case DIRECTORY -> folders++;
            case SYMLINK, DEVICE, CHARACTER_DEVICE, FIFO, SOCKET, IRREGULAR -> others++;
        }
    }

    /// Takes the blobs that both have from both.
    void dropShared(DiffSide other) {
        BitSet shared = (BitSet) blobs.clone();
        shared.and(other.blobs);
        blobs.andNot(shared);
        other.blobs.andNot(shared);
    }

    /// Takes from both sides the blobs used at or below the roots.
    static void dropUsedBelow(
            List<ObjectId> roots, Repository repository, BlobIndex index, DiffSide left, DiffSide right)
            throws IOException {
        DiffSide used = new DiffSide(index);
        TreeWalk walk = new TreeWalk(repository, index);
        walk.walk(roots, (_, tree) -> used.useContents(tree));
        used.blobs.or(walk.visited());
        left.blobs.andNot(used.blobs);
        right.blobs.andNot(used.blobs);
    }

    private synchronized void useContents(Tree tree) {
        for (Node node : tree.nodes()) {
            node.content().forEach(blob -> use(BlobType.DATA, blob));
        }
    }

    DiffTotals.Side total() {
        long data = 0;
        long trees = 0;
        long bytes = 0;
        long stored = 0;
        for (int position = blobs.nextSetBit(0); position >= 0; position = blobs.nextSetBit(position + 1)) {
            IndexEntry entry = index.at(position);
            if (entry.type() == BlobType.TREE) {
                trees++;
            } else {
                data++;
            }
            bytes += entry.plainBytes();
            stored += entry.length();
        }
        return new DiffTotals.Side(files, folders, others, data, trees, bytes, stored);
    }
}
