package holdfast.repair;

import holdfast.io.Parallel;
import holdfast.model.Attributes;
import holdfast.model.BlobType;
import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.model.Tree;
import holdfast.repository.BlobIndex;
import holdfast.repository.BlobWriter;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import holdfast.repository.WriterOptions;
import java.io.IOException;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Finds trees that no snapshot and no other tree names, as lost or forgotten snapshots and interrupted backups
/// leave them, and makes one snapshot of them all. What is lost of them is left out as in [SnapshotRepair]. Needs a
/// right index. Used by one thread.
public final class Recovery {
    /// The tag and the path of such a snapshot, as restic gives them.
    public static final String TAG = "recovered";

    public static final String PATH = "/recover";

    private static final int LOADS_AT_ONCE = 8;

    private final Repository repository;
    private final Progress progress;

    public Recovery(Repository repository, Progress progress) {
        this.repository = repository;
        this.progress = progress;
    }

    /// What was found.
    ///
    /// @param changes at how many places something is lost below it
    public record Found(ObjectId tree, long changes) {}

    /// @param found by id
    /// @param unreadable trees of which nothing can be said
    public record Plan(List<Found> found, List<ObjectId> unreadable) {
        public Plan {
            found = List.copyOf(found);
            unreadable = List.copyOf(unreadable);
        }
    }

    /// Who recovers, and when.
    ///
    /// @param program recorded with the snapshot
    public record Origin(String host, String user, long uid, long gid, String program, Instant now) {}

    /// Looks; changes nothing. The caller holds a lock.
    ///
    /// @throws HoldfastException.PreCheckFailed when the index is not right
    public Plan plan() throws IOException {
        BlobIndex index = RightIndex.require(repository, progress, "what no snapshot names");
        Search search = new Search(index);
        search.run();
        TreeRepair trees = new TreeRepair(repository, index, TreeRepair.Output.nowhere());
        List<Found> found = new ArrayList<>();
        for (ObjectId root : search.roots()) {
            Losses losses = new Losses(List.of());
            ObjectId repaired = trees.repair(root, losses::add);
            if (repaired != null && (repaired.equals(root) || !search.isNamed(repaired))) {
                found.add(new Found(root, losses.changes()));
            }
        }
        return new Plan(found, search.unreadable.stream().sorted().toList());
    }

    /// Makes the snapshot.
    ///
    /// @param lock held by the caller since before the plan was made
    /// @return empty when nothing was found
    public Optional<Snapshot> apply(Plan plan, Origin origin, Lock lock) throws IOException {
        if (plan.found().isEmpty()) {
            return Optional.empty();
        }
        progress.step("writing");
        ObjectId root;
        BlobIndex index = repository.reloadIndex();
        try (BlobWriter writer = repository.writer(WriterOptions.standard(lock::check, progress))) {
            TreeRepair trees = new TreeRepair(repository, index, TreeRepair.Output.to(writer));
            List<Node> nodes = new ArrayList<>();
            Set<String> names = new HashSet<>();
            for (Found one : plan.found()) {
                ObjectId tree = trees.repair(one.tree(), _ -> {});
                if (tree != null) {
                    String name = names.add(one.tree().brief())
                            ? one.tree().brief()
                            : one.tree().hex();
                    nodes.add(folder(name, tree, origin));
                }
            }
            nodes.sort(Comparator.comparing(Node::name, FileNames::compare));
            root = TreeRepair.Output.to(writer).write(new Tree(nodes));
            writer.finish();
        }
        lock.confirm();
        return Optional.of(repository.save(new Snapshot(
                new ObjectId(0, 0, 0, 0),
                origin.now(),
                root,
                List.of(PATH),
                origin.host(),
                origin.user(),
                origin.uid(),
                origin.gid(),
                List.of(),
                List.of(TAG),
                null,
                null,
                origin.program(),
                null)));
    }

    private static Node folder(String name, ObjectId tree, Origin origin) {
        Attributes attributes = new Attributes(
                0755, origin.now(), origin.now(), origin.now(), origin.uid(), origin.gid(), "", "", 0, 0, List.of());
        return new Node(name, NodeType.DIRECTORY, attributes, 0, 1, "", 0, List.of(), tree);
    }

    /// Reads every tree once. What threads share is guarded by this object.
    private final class Search {
        private final BlobIndex index;
        /// positions in the index of trees that a tree or snapshot names
        private final BitSet named = new BitSet();
        /// positions of trees that were read and have entries
        private final BitSet readable = new BitSet();

        private final List<ObjectId> unreadable = new ArrayList<>();

        Search(BlobIndex index) {
            this.index = index;
        }

        void run() throws IOException {
            progress.step("reading trees");
            int[] trees = new int[index.size(BlobType.TREE)];
            int count = 0;
            for (int position = 0; position < index.size() && count < trees.length; position++) {
                if (index.at(position).type() == BlobType.TREE) {
                    trees[count++] = position;
                }
            }
            progress.expect(0, count);
            Parallel.each(positions(trees, count), LOADS_AT_ONCE, this::read);
            for (Snapshot snapshot : repository.readableSnapshots()) {
                name(snapshot.tree());
            }
        }

        private static List<Integer> positions(int[] positions, int count) {
            return new AbstractList<>() {
                @Override
                public Integer get(int number) {
                    return positions[number];
                }

                @Override
                public int size() {
                    return count;
                }
            };
        }

        private void read(int position) throws IOException {
            progress.items(1);
            ObjectId id = index.at(position).id();
            if (index.position(BlobType.TREE, id) != position) {
                return; // another copy
            }
            Tree tree;
            try {
                tree = repository.loadTree(id);
            } catch (HoldfastException.Damaged e) {
                lose(id);
                return;
            }
            keep(position, tree);
        }

        private synchronized void lose(ObjectId id) {
            unreadable.add(id);
        }

        private synchronized void keep(int position, Tree tree) {
            readable.set(position, !tree.nodes().isEmpty());
            for (Node node : tree.nodes()) {
                ObjectId subtree = node.subtree();
                if (subtree != null) {
                    name(subtree);
                }
            }
        }

        private void name(ObjectId tree) {
            int position = index.position(BlobType.TREE, tree);
            if (position >= 0) {
                named.set(position);
            }
        }

        boolean isNamed(ObjectId tree) {
            int position = index.position(BlobType.TREE, tree);
            return position >= 0 && named.get(position);
        }

        List<ObjectId> roots() {
            BitSet roots = (BitSet) readable.clone();
            roots.andNot(named);
            return roots.stream()
                    .mapToObj(position -> index.at(position).id())
                    .sorted()
                    .toList();
        }
    }
}
