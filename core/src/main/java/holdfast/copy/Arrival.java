package holdfast.copy;

import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.model.Tree;
import holdfast.repository.BlobIndex;
import holdfast.repository.Repository;
import holdfast.repository.TreeWalk;
import java.io.IOException;
import java.util.List;

/// Looks, before snapshots are listed in the target, whether all they need is there: trees are
/// read, and each blob is in an index file and its pack in the storage, as long as it must be.
final class Arrival {
    private final Repository target;
    private final BlobIndex index;
    private final CopyPlan plan;
    private final TreeWalk walk;
    private volatile boolean allRead;

    /// @param readBack whether what was written has been read again
    Arrival(Repository target, CopyPlan plan, boolean readBack) throws IOException {
        this.target = target;
        this.plan = plan;
        index = target.reloadIndexOfWholePacks();
        walk = new TreeWalk(target, index);
        allRead = readBack;
    }

    /// @return what this and the writing prove: [ProofLevel#STORED] only if nothing was there
    ///     before that was not read again
    /// @throws HoldfastException.Damaged when something is missing
    ProofLevel check(Snapshot snapshot) throws IOException {
        walk.walk(List.of(snapshot.tree()), new TreeWalk.Visitor() {
            @Override
            public void tree(ObjectId id, Tree tree) {
                look(BlobType.TREE, id, snapshot);
                for (Node node : tree.nodes()) {
                    node.content().forEach(blob -> look(BlobType.DATA, blob, snapshot));
                }
            }
        });
        return allRead ? ProofLevel.STORED : ProofLevel.WRITTEN;
    }

    private void look(BlobType type, ObjectId id, Snapshot snapshot) {
        if (index.find(type, id) == null) { // be it marked: our lock keeps what was not when we began
            throw new HoldfastException.Damaged(
                    "snapshot " + snapshot.id().brief() + " was not copied to "
                            + target.storage().location() + ": blob " + id + " is not there, though it was written",
                    "run it again; `holdfast check` says whether more is missing there");
        }
        int position = plan.index().position(type, id);
        if (position < 0 || !plan.carried().get(position)) {
            allRead = false;
        }
    }
}
