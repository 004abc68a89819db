package holdfast.backup;

import holdfast.model.FileNames;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Tree;
import holdfast.source.DirectorySink;
import holdfast.source.FileContent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// One directory of the snapshot while its entries arrive. Its tree is written when it has been
/// closed and everything below it is known, on a thread of its own, so that the walk goes on
/// meanwhile.
final class DirectoryBuilder implements DirectorySink.ChildDirectory {
    /// An entry and what it still waits for.
    private sealed interface Entry {
        record Complete(Node node) implements Entry {}

        record File(Node node, List<Future<ObjectId>> blobs, long bytes) implements Entry {}

        record Directory(Node node, Future<ObjectId> tree) implements Entry {}
    }

    private final SnapshotTree owner;
    private final Node node;
    private final ParentDirectory parent;
    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<String, DirectoryBuilder> shared = new HashMap<>();
    private final CompletableFuture<ObjectId> tree = new CompletableFuture<>();
    private final long bytesBefore;
    private @Nullable DirectoryBuilder above;
    private boolean closed;

    DirectoryBuilder(SnapshotTree owner, Node node, ParentDirectory parent) {
        this.owner = owner;
        this.node = node;
        this.parent = parent;
        this.bytesBefore = owner.progress().doneBytes();
    }

    /// The directory's tree once it is written.
    CompletableFuture<ObjectId> tree() {
        return tree;
    }

    /// Adds a directory that is filled and closed by its own user.
    void attach(DirectoryBuilder child) {
        child.above = this;
        add(child.node.name(), new Entry.Directory(child.node, child.tree));
    }

    /// Adds a directory that several sources fill and that the snapshot's tree closes.
    void attachShared(DirectoryBuilder child) {
        attach(child);
        synchronized (entries) {
            shared.put(child.node.name(), child);
        }
    }

    /// A folder above one source that lies within another: the other fills it too, and does not
    /// close it.
    private record SharedDirectory(DirectoryBuilder folder) implements ChildDirectory {
        @Override
        public ChildDirectory directory(Node directory) {
            return folder.directory(directory);
        }

        @Override
        public boolean file(Node file, FileContent content) throws IOException {
            return folder.file(file, content);
        }

        @Override
        public boolean again(Node file, String before, long bytes) throws IOException {
            return folder.again(file, before, bytes);
        }

        @Override
        public void node(Node special) {
            folder.node(special);
        }

        @Override
        public void close() {
            // closed with the snapshot's tree
        }

        @Override
        public void discard() {
            throw new IllegalStateException("others fill it too: " + folder.node.name());
        }
    }

    ParentDirectory parentOf(String name) {
        return parent.child(name);
    }

    @Override
    public ChildDirectory directory(Node directory) {
        synchronized (entries) {
            DirectoryBuilder folder = shared.get(directory.name());
            if (folder != null) {
                // what the source knows of it is more than its owner did
                entries.put(directory.name(), new Entry.Directory(directory, folder.tree));
                return new SharedDirectory(folder);
            }
        }
        DirectoryBuilder child = new DirectoryBuilder(owner, directory, parent.child(directory.name()));
        attach(child);
        return child;
    }

    @Override
    public boolean file(Node file, FileContent content) throws IOException {
        Counts counts = owner.counts();
        boolean mayReuse = content.cut() instanceof FileContent.Cut.ByContent;
        Node before = mayReuse ? parent.unchanged(file) : null;
        if (before != null) {
            add(file.name(), new Entry.Complete(file.withContent(before.content(), before.size())));
            counts.filesUnmodified.increment();
            counts.logicalBytes.add(file.size());
            owner.progress().bytes(file.size());
            owner.progress().items(1);
            return true;
        }
        ContentStore.Stored stored = owner.contents().store(file, content);
        add(file.name(), new Entry.File(stored.node(), stored.blobs(), stored.bytes()));
        counts.logicalBytes.add(stored.bytes());
        counts.readBytes.add(stored.bytes());
        owner.progress().items(1);
        return false;
    }

    @Override
    public boolean again(Node file, String earlier, long bytes) throws IOException {
        Node before = parent.stored(earlier, bytes);
        if (before == null) {
            return false;
        }
        List<Future<ObjectId>> blobs = new ArrayList<>();
        before.content().forEach(blob -> blobs.add(CompletableFuture.completedFuture(blob)));
        add(file.name(), new Entry.File(file, blobs, bytes));
        owner.counts().logicalBytes.add(bytes);
        owner.progress().bytes(bytes);
        owner.progress().items(1);
        return true;
    }

    @Override
    public void node(Node special) {
        add(special.name(), new Entry.Complete(special));
        owner.progress().items(1);
    }

    @Override
    public void close() throws IOException {
        synchronized (entries) {
            if (closed) {
                return;
            }
            closed = true;
        }
        owner.finish(this);
    }

    /// What was written for it stays written: if the same comes again it is found, the rest is left
    /// to `prune`.
    @Override
    public void discard() {
        DirectoryBuilder directory = above;
        synchronized (entries) {
            if (closed || directory == null) {
                throw new IllegalStateException("too late to discard: " + node.name());
            }
            closed = true;
            entries.values().forEach(this::uncount);
        }
        synchronized (directory.entries) {
            directory.entries.remove(node.name());
        }
        Progress progress = owner.progress();
        if (progress.totalBytes() > 0) { // all of that lies ahead once more
            progress.expect(progress.doneBytes() - bytesBefore, entries.size());
        }
    }

    private void uncount(Entry entry) {
        Counts counts = owner.counts();
        switch (entry) {
            case Entry.File file -> counts.logicalBytes.add(-file.bytes());
            case Entry.Complete(Node done)
            when done.type() == NodeType.FILE -> {
                counts.logicalBytes.add(-done.size());
                counts.filesUnmodified.decrement();
            }
            case Entry.Complete _ -> {}
            case Entry.Directory directory ->
                throw new IllegalStateException(
                        "has a directory: " + directory.node().name());
        }
    }

    /// Waits until all blobs and trees of the entries are stored; returns how many entries there
    /// are.
    int awaitEntries() throws InterruptedException, ExecutionException {
        for (Entry entry : entries.values()) {
            switch (entry) {
                case Entry.Complete _ -> {}
                case Entry.Directory directory -> directory.tree().get();
                case Entry.File file -> {
                    for (Future<ObjectId> blob : file.blobs()) {
                        blob.get();
                    }
                }
            }
        }
        return entries.size();
    }

    /// Waits for every entry, writes the tree and returns its id. Called once, after [#close].
    ObjectId write() throws IOException, InterruptedException, ExecutionException {
        List<Node> nodes = new ArrayList<>(entries.size());
        for (Entry entry : entries.values()) {
            nodes.add(complete(entry));
        }
        nodes.sort((left, right) -> FileNames.compare(left.name(), right.name()));
        ObjectId id = owner.writer().writeTree(new Tree(nodes));
        count(id);
        return id;
    }

    private Node complete(Entry entry) throws InterruptedException, ExecutionException {
        return switch (entry) {
            case Entry.Complete(Node done) -> done;
            case Entry.Directory(Node directory, Future<ObjectId> subtree) -> directory.withSubtree(subtree.get());
            case Entry.File(Node file, List<Future<ObjectId>> blobs, long bytes) -> {
                List<ObjectId> content = new ArrayList<>(blobs.size());
                for (Future<ObjectId> blob : blobs) {
                    content.add(blob.get());
                }
                Node stored = file.withContent(content, bytes);
                countFile(stored);
                yield stored;
            }
        };
    }

    private void countFile(Node stored) {
        Node before = parent.node(stored.name());
        Counts counts = owner.counts();
        if (before == null || before.type() != NodeType.FILE) {
            counts.filesNew.increment();
        } else if (before.content().equals(stored.content())) {
            counts.filesUnmodified.increment();
        } else {
            counts.filesChanged.increment();
        }
    }

    private void count(ObjectId id) {
        Counts counts = owner.counts();
        counts.nodes.add(entries.size());
        if (parent.tree() == null) {
            counts.dirsNew.increment();
        } else if (id.equals(parent.tree())) {
            counts.dirsUnmodified.increment();
        } else {
            counts.dirsChanged.increment();
        }
    }

    private void add(String name, Entry entry) {
        synchronized (entries) {
            if (closed) {
                throw new IllegalStateException("the directory is closed: " + node.name());
            }
            if (entries.putIfAbsent(name, entry) != null) {
                throw new IllegalStateException("two entries of one name: " + FileNames.display(name));
            }
        }
    }
}
