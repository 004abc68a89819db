package holdfast.view;

import holdfast.model.Attributes;
import holdfast.model.BlobType;
import holdfast.model.FileNames;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.model.Tree;
import holdfast.repository.BlobIndex;
import holdfast.repository.FolderPaths;
import holdfast.repository.Repository;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How two snapshots differ. Trees with equal ids are equal and not read, so two snapshots of much data
/// that differ in little are compared quickly. Times of reading, inode numbers and link counts are no
/// difference.
public final class SnapshotDiff {
    /// Takes the changes in the order of their paths, a folder before what is in it.
    @FunctionalInterface
    public interface Sink {
        void change(Change change) throws IOException;
    }

    /// What to compare.
    ///
    /// @param metadata whether to tell of entries that differ in their metadata only
    /// @param exact whether to make sure that what counts as added is nowhere in the earlier snapshot,
    ///     which
    ///     means reading the folders both have in common; if not, content that was copied out of a
    /// folder
    ///     without any change counts as added
    public record Options(boolean metadata, boolean exact) {}

    private final Repository repository;
    private final BlobIndex index;
    private final SnapshotListing listing;

    public SnapshotDiff(Repository repository) throws IOException {
        this.repository = repository;
        this.index = repository.reloadIndex();
        this.listing = new SnapshotListing(repository);
    }

    public DiffTotals compare(Snapshot before, Snapshot after, Options options, Sink sink) throws IOException {
        return new Comparison(options, sink).run(before.tree(), after.tree());
    }

    /// Two folders at the same path, side by side.
    private record Pair(String path, Sorted before, Sorted after) {}

    /// The nodes of a tree one by one, in order.
    private static final class Sorted {
        private final Iterator<Node> rest;
        private @Nullable Node head;

        Sorted(Tree tree) {
            rest = tree.nodes().iterator();
            advance();
        }

        @Nullable
        Node head() {
            return head;
        }

        void advance() {
            head = rest.hasNext() ? rest.next() : null;
        }
    }

    private final class Comparison {
        private final Options options;
        private final Sink sink;
        private final FolderPaths left = new FolderPaths(repository);
        private final FolderPaths right = new FolderPaths(repository);
        private final DiffSide removed = new DiffSide(index);
        private final DiffSide added = new DiffSide(index);
        private final Deque<Pair> open = new ArrayDeque<>();
        private final List<ObjectId> common = new ArrayList<>();
        private long changed;
        private long metadata;

        Comparison(Options options, Sink sink) throws IOException {
            this.options = options;
            this.sink = sink;
        }

        DiffTotals run(ObjectId before, ObjectId after) throws IOException {
            descend("/", before, after);
            while (!open.isEmpty()) {
                Pair pair = open.getFirst();
                Node left = pair.before().head();
                Node right = pair.after().head();
                if (left == null && right == null) {
                    open.pop();
                } else {
                    step(pair, left, right);
                }
            }
            removed.dropShared(added);
            if (options.exact()) {
                DiffSide.dropUsedBelow(common, repository, index, removed, added);
            }
            return new DiffTotals(added.total(), removed.total(), changed, metadata);
        }

        private void descend(String path, ObjectId before, ObjectId after) throws IOException {
            if (before.equals(after)) {
                if (options.exact()) {
                    common.add(before);
                }
                return;
            }
            removed.use(BlobType.TREE, before);
            added.use(BlobType.TREE, after);
            open.push(new Pair(path, new Sorted(left.enter(path, before)), new Sorted(right.enter(path, after))));
        }

        private void step(Pair pair, @Nullable Node left, @Nullable Node right) throws IOException {
            int order = left == null ? 1 : right == null ? -1 : FileNames.compare(left.name(), right.name());
            if (left != null && order <= 0) {
                pair.before().advance();
            }
            if (right != null && order >= 0) {
                pair.after().advance();
            }
            if (left != null && right != null && order == 0) {
                both(FolderPaths.below(pair.path(), left.name()), left, right);
            } else if (left != null && order < 0) {
                only(FolderPaths.below(pair.path(), left.name()), left, Change.Kind.REMOVED, removed);
            } else if (right != null) {
                only(FolderPaths.below(pair.path(), right.name()), right, Change.Kind.ADDED, added);
            }
        }

        private void both(String path, Node left, Node right) throws IOException {
            left.content().forEach(blob -> removed.use(BlobType.DATA, blob));
            right.content().forEach(blob -> added.use(BlobType.DATA, blob));
            Change.Kind kind = kind(left, right);
            if (kind == Change.Kind.METADATA) {
                metadata++;
            } else if (kind != null) {
                changed++;
            }
            if (kind != null && (kind != Change.Kind.METADATA || options.metadata())) {
                sink.change(new Change(kind, path, left, right));
            }
            ObjectId before = left.subtree();
            ObjectId after = right.subtree();
            if (before != null && after != null) {
                descend(path, before, after);
            } else if (before != null) {
                below(path, before, Change.Kind.REMOVED, removed);
            } else if (after != null) {
                below(path, after, Change.Kind.ADDED, added);
            }
        }

        private void only(String path, Node node, Change.Kind kind, DiffSide side) throws IOException {
            entry(path, node, kind, side);
            ObjectId subtree = node.subtree();
            if (subtree != null) {
                below(path, subtree, kind, side);
            }
        }

        private void below(String path, ObjectId tree, Change.Kind kind, DiffSide side) throws IOException {
            side.use(BlobType.TREE, tree);
            listing.list(path, tree, true, side == removed ? left : right, (at, node) -> {
                ObjectId subtree = node.subtree();
                if (subtree != null) {
                    side.use(BlobType.TREE, subtree);
                }
                entry(at, node, kind, side);
            });
        }

        private void entry(String path, Node node, Change.Kind kind, DiffSide side) throws IOException {
            side.count(node);
            node.content().forEach(blob -> side.use(BlobType.DATA, blob));
            boolean gone = kind == Change.Kind.REMOVED;
            sink.change(new Change(kind, path, gone ? node : null, gone ? null : node));
        }
    }

    static Change.@Nullable Kind kind(Node left, Node right) {
        if (left.type() != right.type()) {
            return Change.Kind.TYPE;
        }
        boolean sameContent = left.content().equals(right.content())
                && (left.type() != NodeType.FILE || left.size() == right.size())
                && left.linkTarget().equals(right.linkTarget())
                && left.device() == right.device();
        if (!sameContent) {
            return Change.Kind.CONTENT;
        }
        return sameMetadata(left.attributes(), right.attributes()) ? null : Change.Kind.METADATA;
    }

    private static boolean sameMetadata(Attributes left, Attributes right) {
        return left.mode() == right.mode()
                && left.mtime().equals(right.mtime())
                && left.uid() == right.uid()
                && left.gid() == right.gid()
                && left.user().equals(right.user())
                && left.group().equals(right.group())
                && left.extended().equals(right.extended());
    }
}
