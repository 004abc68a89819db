package holdfast.verify;

import holdfast.model.BlobType;
import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
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
import java.util.concurrent.atomic.LongAdder;

/// Looks at every tree: that it can be read and makes sense, and that every blob it names is in the
/// index.
final class TreeCheck implements TreeWalk.Visitor {
    private final Repository repository;
    private final BlobIndex index;
    private final Findings findings;
    private final BitSet usedData = new BitSet();
    private final LongAdder trees = new LongAdder();

    TreeCheck(Repository repository, BlobIndex index, Findings findings) {
        this.repository = repository;
        this.index = index;
        this.findings = findings;
    }

    /// Positions in the index of the data blobs that were named.
    BitSet usedData() {
        return usedData;
    }

    long trees() {
        return trees.sum();
    }

    @Override
    public void tree(ObjectId id, Tree tree) {
        trees.increment();
        for (String problem : TreeSanity.problems(tree, index)) {
            findings.lost(BlobType.TREE, id, findings.error("tree " + id, problem));
        }
        for (Node node : tree.nodes()) {
            for (ObjectId blob : node.content()) {
                int position = index.position(BlobType.DATA, blob);
                if (position < 0) {
                    missing(node, blob);
                } else {
                    mark(position);
                }
            }
        }
    }

    private synchronized void mark(int position) {
        usedData.set(position);
    }

    private void missing(Node node, ObjectId blob) {
        String why = index.find(BlobType.TREE, blob) != null
                ? "is a tree where content is wanted, for file "
                : "is in no index file, wanted for file ";
        findings.lost(BlobType.DATA, blob, findings.error("blob " + blob, why + FileNames.display(node.name())));
    }

    @Override
    public void unreadable(ObjectId id, HoldfastException.Damaged why) {
        unusable(id, why);
    }

    @Override
    public void failed(ObjectId id, IOException why) {
        unusable(id, why);
    }

    private void unusable(ObjectId id, Exception why) {
        List<IndexEntry> copies = index.findAll(BlobType.TREE, id);
        if (copies.isEmpty()) {
            String problem = index.find(BlobType.DATA, id) != null
                    ? "is file content where a tree is wanted"
                    : "is in no index file";
            findings.lost(BlobType.TREE, id, findings.error("tree " + id, problem));
        } else if (isIntact(id)) {
            findings.lost(BlobType.TREE, id, findings.error("tree " + id, String.valueOf(why.getMessage())));
        } else {
            for (IndexEntry copy : copies) {
                if (!findings.isDamaged(copy)) {
                    String problem = "tree " + id.brief() + " cannot be read: " + why.getMessage();
                    findings.damagedCopy(copy, findings.error("data/" + copy.pack(), problem));
                }
            }
        }
    }

    /// Whether the tree is stored as it was written, so that it made no sense from the beginning.
    private boolean isIntact(ObjectId id) {
        try {
            repository.loadBlob(BlobType.TREE, id);
            return true;
        } catch (HoldfastException.Damaged | IOException e) {
            return false;
        }
    }
}
