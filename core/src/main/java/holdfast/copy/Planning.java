package holdfast.copy;

import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.model.Tree;
import holdfast.repository.BlobIndex;
import holdfast.repository.IndexEntry;
import holdfast.repository.Repository;
import holdfast.repository.TreeWalk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds out which snapshots the target lacks, and which blobs of theirs. Remembers one bit per
/// blob of the source, and four bytes for each that is to be carried.
final class Planning {
    /// When so much is new the snapshots so far are completed before others are begun: what ends a
    /// long copy early leaves most of it done.
    private static final long BATCH_BYTES = 4L << 30;

    private final Repository source;
    private final Repository target;
    private final Progress progress;
    private final BlobIndex index;
    private final BlobIndex known;

    /// @param known the target's index
    Planning(Repository source, Repository target, BlobIndex index, BlobIndex known, Progress progress) {
        this.source = source;
        this.target = target;
        this.index = index;
        this.known = known;
        this.progress = progress;
    }

    CopyPlan plan(List<Snapshot> snapshots) throws IOException {
        Map<Identity, ObjectId> present = new HashMap<>();
        target.readableSnapshots().forEach(snapshot -> present.putIfAbsent(Identity.of(snapshot), snapshot.id()));
        List<CopyPlan.There> there = new ArrayList<>();
        List<Snapshot> wanted = new ArrayList<>();
        for (Snapshot snapshot : snapshots) {
            ObjectId as = present.get(Identity.of(snapshot));
            if (as == null) {
                wanted.add(snapshot);
            } else {
                there.add(new CopyPlan.There(snapshot, as));
            }
        }
        progress.step("finding blobs");
        progress.expect(0, wanted.size());
        Damage damage = new Damage();
        Draft draft = new Draft(damage).of(wanted);
        List<CopyPlan.Lost> lost = new ArrayList<>();
        if (!damage.isEmpty()) {
            List<Snapshot> whole = new ArrayList<>();
            for (Snapshot snapshot : wanted) {
                Optional<String> why = damage.of(source, index, snapshot);
                why.ifPresentOrElse(text -> lost.add(new CopyPlan.Lost(snapshot, text)), () -> whole.add(snapshot));
            }
            draft = new Draft(damage).of(whole);
        }
        return new CopyPlan(draft.batches, there, lost, draft.figures(), index, draft.carried);
    }

    /// Batches while they are being made.
    private final class Draft {
        private final Damage damage;
        private final TreeWalk walk = new TreeWalk(source, index);
        private final BitSet carried = new BitSet();
        private final List<CopyPlan.Batch> batches = new ArrayList<>();
        private final List<Snapshot> snapshots = new ArrayList<>();
        private BitSet current = new BitSet();
        private long batchBytes;
        private long storedBytes;
        private long plainBytes;

        Draft(Damage damage) {
            this.damage = damage;
        }

        Draft of(List<Snapshot> wanted) throws IOException {
            for (Snapshot snapshot : wanted) {
                progress.item(snapshot.id().brief());
                walk.walk(List.of(snapshot.tree()), new Visitor());
                snapshots.add(snapshot);
                progress.items(1);
                if (batchBytes >= BATCH_BYTES) {
                    endBatch();
                }
            }
            if (!snapshots.isEmpty()) {
                endBatch();
            }
            return this;
        }

        private void endBatch() {
            int[] positions = current.stream().toArray();
            batches.add(new CopyPlan.Batch(List.copyOf(snapshots), positions, batchBytes));
            snapshots.clear();
            current = new BitSet();
            storedBytes += batchBytes;
            batchBytes = 0;
        }

        private CopyPlan.Figures figures() {
            return new CopyPlan.Figures(carried.cardinality(), storedBytes, plainBytes);
        }

        private synchronized void mark(int position) {
            if (!carried.get(position)) {
                IndexEntry entry = index.at(position);
                carried.set(position);
                current.set(position);
                batchBytes += entry.length();
                plainBytes += entry.plainBytes();
            }
        }

        private final class Visitor implements TreeWalk.Visitor {
            @Override
            public void tree(ObjectId id, Tree tree) {
                want(BlobType.TREE, id);
                for (Node node : tree.nodes()) {
                    node.content().forEach(blob -> want(BlobType.DATA, blob));
                }
            }

            private void want(BlobType type, ObjectId id) {
                if (known.contains(type, id)) {
                    return;
                }
                int position = index.position(type, id);
                if (position >= 0) {
                    mark(position);
                } else {
                    damage.add(type, id, missing(type, id));
                }
            }

            @Override
            public void unreadable(ObjectId id, HoldfastException.Damaged why) {
                damage.add(BlobType.TREE, id, why);
            }
        }
    }

    private HoldfastException.Damaged missing(BlobType type, ObjectId id) {
        return new HoldfastException.Damaged(
                (type == BlobType.TREE ? "tree " : "blob ") + id + " is missing: no index file of "
                        + source.storage().location() + " names it",
                "run `holdfast check` on it to see what is affected");
    }
}
