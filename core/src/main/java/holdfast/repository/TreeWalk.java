package holdfast.repository;

import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Tree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Visits the trees below some roots, each tree once however many snapshots and folders share it.
/// Several trees are loaded at a time; what is remembered is one bit per blob of the index and four
/// bytes per tree that waits. For one caller at a time; a later [#walk] of the same object leaves out
/// what an earlier one has visited.
public final class TreeWalk {
    /// Takes the trees. Called by several threads at once.
    @FunctionalInterface
    public interface Visitor {
        void tree(ObjectId id, Tree tree) throws IOException;

        /// A tree that is missing or not what it should be: what lies below it is not visited.
        default void unreadable(ObjectId id, HoldfastException.Damaged why) throws IOException {
            throw why;
        }

        /// A tree that the storage did not give: what lies below it is not visited.
        default void failed(ObjectId id, IOException why) throws IOException {
            throw why;
        }
    }

    private static final int WIDTH = 8;

    private final Repository repository;
    private final BlobIndex index;
    /// positions in the index of all trees that were visited or wait
    private final BitSet seen = new BitSet();
    private final Set<ObjectId> missing = new HashSet<>();

    /// @param index the one that `repository` uses as long as the walk lasts
    public TreeWalk(Repository repository, BlobIndex index) {
        this.repository = repository;
        this.index = index;
    }

    /// Visits every tree at and below the roots that was not visited yet. The first failure of a
    /// visitor ends it.
    ///
    /// @throws HoldfastException.Interrupted when the calling thread is interrupted
    public void walk(Collection<ObjectId> roots, Visitor visitor) throws IOException {
        Work work = new Work(visitor);
        for (ObjectId root : roots) {
            work.add(List.of(root));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < WIDTH; i++) {
                threads.execute(work);
            }
        }
        work.end();
    }

    /// Positions in the index of the trees visited so far.
    public BitSet visited() {
        return (BitSet) seen.clone();
    }

    /// The trees of one walk that wait, and the threads that take them.
    private final class Work implements Runnable {
        private final Visitor visitor;
        private int[] waiting = new int[64];
        private int count;
        private int busy;
        private final ReentrantLock large = new ReentrantLock();
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private @Nullable Throwable failure;

        Work(Visitor visitor) {
            this.visitor = visitor;
        }

        @Override
        public void run() {
            try {
                for (int position = take(); position >= 0; position = take()) {
                    visit(index.at(position));
                    done();
                }
            } catch (Throwable e) {
                fail(e);
            }
        }

        private void visit(IndexEntry tree) throws IOException {
            if (tree.plainBytes() <= HeapShare.TREE_ALONE) {
                visit(tree.id());
                return;
            }
            large.lock(); // one at a time, so that memory is enough for any
            try {
                visit(tree.id());
            } finally {
                large.unlock();
            }
        }

        private void visit(ObjectId id) throws IOException {
            Tree tree;
            try {
                tree = repository.loadTree(id);
            } catch (HoldfastException.Damaged e) {
                visitor.unreadable(id, e);
                return;
            } catch (IOException e) {
                visitor.failed(id, e);
                return;
            }
            visitor.tree(id, tree);
            List<ObjectId> subtrees = new ArrayList<>();
            for (Node node : tree.nodes()) {
                ObjectId subtree = node.subtree();
                if (subtree != null) {
                    subtrees.add(subtree);
                }
            }
            add(subtrees.reversed());
        }

        /// The last tree that was added, so that few wait: -1 when all is done or something failed.
        private int take() throws InterruptedException {
            lock.lock();
            try {
                while (count == 0 && busy > 0 && failure == null) {
                    changed.await();
                }
                if (count == 0 || failure != null) {
                    return -1;
                }
                busy++;
                return waiting[--count];
            } finally {
                lock.unlock();
            }
        }

        private void done() {
            update(() -> busy--);
        }

        private void fail(Throwable e) {
            update(() -> {
                busy--;
                if (failure == null) {
                    failure = e;
                }
            });
        }

        private void update(Runnable change) {
            lock.lock();
            try {
                change.run();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        void add(List<ObjectId> trees) throws IOException {
            for (ObjectId tree : trees) {
                int position = index.position(BlobType.TREE, tree);
                if (position >= 0) {
                    add(position);
                } else if (isNews(tree)) {
                    visitor.unreadable(
                            tree,
                            new HoldfastException.Damaged(
                                    "tree " + tree + " is missing: no index file names it",
                                    "run `holdfast check` to see which snapshots it belongs to"));
                }
            }
        }

        private void add(int position) {
            update(() -> {
                if (seen.get(position)) {
                    return;
                }
                seen.set(position);
                if (count == waiting.length) {
                    waiting = Arrays.copyOf(waiting, 2 * count);
                }
                waiting[count++] = position;
            });
        }

        private synchronized boolean isNews(ObjectId tree) {
            return missing.add(tree);
        }

        void end() throws IOException {
            switch (failure) {
                case null -> {}
                case IOException e -> throw e;
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case InterruptedException _ -> {
                    Thread.currentThread().interrupt();
                    throw new HoldfastException.Interrupted("interrupted while reading trees", "run it again");
                }
                default -> throw new IllegalStateException(failure);
            }
        }
    }
}
