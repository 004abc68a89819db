package holdfast.repository;

import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Tree;
import holdfast.repository.json.BrokenFormatException;
import holdfast.repository.json.TreeJson;
import holdfast.repository.json.TreeTooLargeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Blobs by their ids: the index, read on first use, and the trees that were read last. Safe for use by many
/// threads.
final class Blobs {
    private static final int TREES_MAX = 256;
    private static final int TREE_NODES_MAX = 50_000;
    /// How often a missing blob may make us look for index files that others have written.
    private static final Duration RELOAD = Duration.ofSeconds(10);

    private final IndexFiles files;
    private final Marks marks;
    private final PackReader packs;
    private final String location;
    private final InstantSource clock;
    private final Consumer<HoldfastException.Damaged> passedOver;
    private final Map<ObjectId, Tree> trees = new LinkedHashMap<>(16, 0.75f, true);
    private int treeNodes;
    private volatile @Nullable BlobIndex index;
    private volatile List<HoldfastException.Damaged> unreadable = List.of();
    private Instant loaded = Instant.MIN;
    private final ReentrantLock loading = new ReentrantLock();

    /// @param passedOver told of index files that are damaged, while the others are used
    Blobs(
            IndexFiles files,
            Marks marks,
            PackReader packs,
            String location,
            InstantSource clock,
            Consumer<HoldfastException.Damaged> passedOver) {
        this.files = files;
        this.marks = marks;
        this.packs = packs;
        this.location = location;
        this.clock = clock;
        this.passedOver = passedOver;
    }

    /// What can be read of the index.
    BlobIndex index() throws IOException {
        BlobIndex known = index;
        return known != null ? known : firstIndex();
    }

    private BlobIndex firstIndex() throws IOException {
        loading.lock();
        try {
            BlobIndex known = index;
            return known != null ? known : reload(passedOver);
        } finally {
            loading.unlock();
        }
    }

    /// The index for whoever relies on its being complete.
    ///
    /// @throws HoldfastException.Damaged when an index file or mark is damaged
    BlobIndex wholeIndex() throws IOException {
        BlobIndex known = index();
        unreadable.forEach(Blobs::fail);
        return known;
    }

    static void fail(HoldfastException.Damaged damaged) {
        throw damaged;
    }

    BlobIndex reload(Consumer<HoldfastException.Damaged> damaged) throws IOException {
        return reload(damaged, damaged, Set.of());
    }

    /// Reads marks and index. The marks come first: when one that was there is gone, so are its packs from the index
    /// that is read after it.
    ///
    /// @param damaged told of damaged index files
    /// @param damagedMarks told of damaged marks
    /// @param without packs that do not count
    BlobIndex reload(
            Consumer<HoldfastException.Damaged> damaged,
            Consumer<HoldfastException.Damaged> damagedMarks,
            Set<ObjectId> without)
            throws IOException {
        loading.lock();
        try {
            Instant start = clock.instant();
            List<HoldfastException.Damaged> problems = new ArrayList<>();
            List<HoldfastException.Damaged> markProblems = new ArrayList<>();
            Set<ObjectId> marked = new HashSet<>();
            marks.all(markProblems::add).forEach(mark -> marked.addAll(mark.packs()));
            BlobIndex fresh = files.load(problems::add, without);
            fresh.doubt(marked);
            problems.forEach(damaged);
            markProblems.forEach(damagedMarks);
            problems.addAll(markProblems);
            unreadable = List.copyOf(problems);
            index = fresh;
            loaded = start;
            return fresh;
        } finally {
            loading.unlock();
        }
    }

    /// Forgets what was read, so that it is read again on the next use.
    void forget() {
        loading.lock();
        try {
            index = null;
            loaded = Instant.MIN;
        } finally {
            loading.unlock();
        }
    }

    /// The index after looking once more, or null when that was done just now.
    private @Nullable BlobIndex reloadForMissing(BlobIndex seen) throws IOException {
        loading.lock();
        try {
            if (index != null && index != seen) {
                return index;
            }
            return loaded.plus(RELOAD).isAfter(clock.instant()) ? null : reload(passedOver);
        } finally {
            loading.unlock();
        }
    }

    ByteBuffer load(BlobType type, ObjectId id) throws IOException {
        BlobIndex known = index();
        List<IndexEntry> places = known.findAll(type, id);
        if (places.isEmpty()) {
            BlobIndex newer = reloadForMissing(known);
            places = newer == null ? places : newer.findAll(type, id);
        }
        if (places.isEmpty()) {
            throw missing(type, id);
        }
        Copy copy = new Copy();
        for (IndexEntry place : places) {
            packs.read(place.pack(), List.of(place), copy);
            if (copy.content != null) {
                return copy.content;
            }
        }
        throw copy.problem();
    }

    private HoldfastException.Damaged missing(BlobType type, ObjectId id) {
        String what = type.name().toLowerCase(Locale.ROOT) + " blob " + id + " is missing: ";
        List<HoldfastException.Damaged> suspects = unreadable;
        return suspects.isEmpty()
                ? new HoldfastException.Damaged(
                        what + "no index file of " + location + " names it", RawFiles.DAMAGE_HINT, null)
                : new HoldfastException.Damaged(
                        what + suspects.getFirst().getMessage(),
                        suspects.getFirst().hint(),
                        suspects.getFirst());
    }

    /// Keeps the content of the first good copy.
    private static final class Copy implements BlobConsumer {
        private @Nullable ByteBuffer content;
        private HoldfastException.@Nullable Damaged damage;

        @Override
        public void blob(IndexEntry entry, ByteBuffer plain) {
            content = ByteBuffer.allocate(plain.remaining()).put(plain).flip();
        }

        @Override
        public void damaged(IndexEntry entry, HoldfastException.Damaged why) {
            damage = why;
        }

        private HoldfastException.Damaged problem() {
            if (damage == null) {
                throw new IllegalStateException("a blob that was read came neither whole nor damaged");
            }
            return damage;
        }
    }

    Tree tree(ObjectId id) throws IOException {
        synchronized (trees) {
            Tree known = trees.get(id);
            if (known != null) {
                return known;
            }
        }
        ByteBuffer json = load(BlobType.TREE, id);
        Tree tree;
        try {
            tree = TreeJson.read(json, HeapShare.BLOB_MAX);
        } catch (TreeTooLargeException e) {
            throw new HoldfastException.Failed(
                    "tree blob " + id + " in " + location + " has too many entries for " + HeapShare.ofHeap(),
                    PackReader.MORE_HEAP,
                    e);
        } catch (BrokenFormatException e) {
            throw new HoldfastException.Damaged(
                    "tree blob " + id + " in " + location + " is damaged: " + e.getMessage(), RawFiles.DAMAGE_HINT, e);
        }
        keep(id, tree);
        return tree;
    }

    private void keep(ObjectId id, Tree tree) {
        if (tree.nodes().size() > TREE_NODES_MAX / 10) {
            return;
        }
        synchronized (trees) {
            if (trees.put(id, tree) == null) {
                treeNodes += tree.nodes().size();
            }
            var oldest = trees.values().iterator();
            while (trees.size() > TREES_MAX || treeNodes > TREE_NODES_MAX) {
                treeNodes -= oldest.next().nodes().size();
                oldest.remove();
            }
        }
    }
}
