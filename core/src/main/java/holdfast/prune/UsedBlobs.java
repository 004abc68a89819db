package holdfast.prune;

import holdfast.model.BlobType;
import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.model.Tree;
import holdfast.repository.BlobIndex;
import holdfast.repository.Repository;
import holdfast.repository.TreeWalk;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;

/// Finds out which blobs the snapshots use.
final class UsedBlobs {
    private static final String HINT = "nothing was removed; run `holdfast check` to see what else is damaged; "
            + "a snapshot that is lost for good can be given up with `holdfast forget`";

    private final BlobIndex index;
    private final BitSet used = new BitSet();

    private UsedBlobs(BlobIndex index) {
        this.index = index;
    }

    /// The positions of all used blobs in the index; of a blob with several copies the first.
    ///
    /// @throws HoldfastException.Damaged when a tree cannot be read or a blob is in no index: who does
    ///     not know what
    ///     is used must not remove anything
    static BitSet find(Repository repository, BlobIndex index, List<Snapshot> snapshots, Progress progress)
            throws IOException {
        UsedBlobs blobs = new UsedBlobs(index);
        TreeWalk walk = new TreeWalk(repository, index);
        progress.expect(0, snapshots.size());
        for (Snapshot snapshot : snapshots) {
            progress.item(snapshot.id().brief());
            try {
                walk.walk(List.of(snapshot.tree()), blobs::mark);
            } catch (HoldfastException.Damaged e) {
                throw new HoldfastException.Damaged(
                        "cannot prune: snapshot " + snapshot.id().brief() + " of " + snapshot.time() + " is damaged: "
                                + e.getMessage(),
                        HINT,
                        e);
            }
            progress.items(1);
        }
        blobs.used.or(walk.visited());
        return blobs.used;
    }

    /// The refusal for want of something that is damaged.
    static HoldfastException.Damaged cannotPrune(HoldfastException.Damaged why) {
        return new HoldfastException.Damaged("cannot prune: " + why.getMessage(), HINT, why);
    }

    private void mark(ObjectId id, Tree tree) {
        for (Node node : tree.nodes()) {
            for (ObjectId blob : node.content()) {
                int position = index.position(BlobType.DATA, blob);
                if (position < 0) {
                    throw new HoldfastException.Damaged(
                            "blob " + blob + " of " + FileNames.display(node.name()) + " in tree " + id
                                    + " is missing: no index file names it",
                            HINT);
                }
                set(position);
            }
        }
    }

    private synchronized void set(int position) {
        used.set(position);
    }
}
