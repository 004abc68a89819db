package holdfast.backup;

import holdfast.model.BlobType;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.SourceRecord;
import holdfast.repository.BlobWriter;
import holdfast.source.DirectorySink;
import holdfast.source.TreeSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/// The whole tree of a snapshot while sources fill it. Safe for use by many threads; [#finish] is
/// called once.
final class SnapshotTree implements TreeSink, AutoCloseable {
    /// Directories whose trees may wait for their blobs at one time; the walk waits beyond that.
    private static final int PENDING_DIRECTORIES = 512;

    private final BlobWriter writer;
    private final ContentStore contents;
    private final Counts counts;
    private final Progress progress;
    private final Function<String, Node> folderAttributes;
    private final ParentSnapshot parent;
    private final DirectoryBuilder root;

    /// Folders above the sources, by absolute path; deeper ones sort after their parents.
    private final TreeMap<String, DirectoryBuilder> folders = new TreeMap<>();

    private final Semaphore pending = new Semaphore(PENDING_DIRECTORIES);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /// @param folderAttributes the node (name and attributes) of a real folder, by absolute path
    SnapshotTree(
            BlobWriter writer,
            ContentStore contents,
            Counts counts,
            Progress progress,
            ParentSnapshot parent,
            Function<String, Node> folderAttributes) {
        this.writer = writer;
        this.contents = contents;
        this.counts = counts;
        this.progress = progress;
        this.folderAttributes = folderAttributes;
        this.parent = parent;
        this.root = new DirectoryBuilder(this, folderAttributes.apply("/"), parent.root());
        folders.put("/", root);
    }

    @Override
    public DirectorySink at(String absolutePath) {
        if (!absolutePath.startsWith("/")) {
            throw new IllegalArgumentException("not an absolute path: " + absolutePath);
        }
        synchronized (folders) {
            return folder(absolutePath);
        }
    }

    @Override
    public Optional<SourceRecord> before(String path) {
        return parent.source(path);
    }

    private DirectoryBuilder folder(String path) {
        DirectoryBuilder known = folders.get(path);
        if (known != null) {
            return known;
        }
        int slash = path.lastIndexOf('/');
        DirectoryBuilder above = folder(slash == 0 ? "/" : path.substring(0, slash));
        Node node = folderAttributes.apply(path);
        DirectoryBuilder folder = new DirectoryBuilder(this, node, above.parentOf(node.name()));
        above.attachShared(folder);
        folders.put(path, folder);
        return folder;
    }

    /// Closes the folders above the sources and waits until everything in them is written.
    ///
    /// @return number of nodes in the tree so far
    long settle() throws IOException, InterruptedException {
        for (var folder : folders.descendingMap().entrySet()) {
            if (!folder.getKey().equals("/")) {
                folder.getValue().close();
            }
        }
        try {
            return root.awaitEntries() + counts.nodes.sum();
        } catch (ExecutionException e) {
            throw rethrown(e);
        }
    }

    /// Adds Holdfast's own document to the root and seals it; after [#settle].
    ///
    /// @return the root tree
    ObjectId seal(Node document, byte[] content) throws IOException, InterruptedException {
        try {
            ObjectId blob =
                    writer.write(BlobType.DATA, ByteBuffer.wrap(content)).get();
            root.node(document.withContent(List.of(blob), content.length));
            root.close();
            return root.tree().get();
        } catch (ExecutionException e) {
            throw rethrown(e);
        }
    }

    /// Takes a closed directory over. Waits while too many others are pending; those never wait for
    /// this one.
    void finish(DirectoryBuilder directory) {
        CompletableFuture<ObjectId> promise = directory.tree();
        pending.acquireUninterruptibly();
        threads.execute(() -> {
            try {
                promise.complete(directory.write());
            } catch (ExecutionException e) {
                promise.completeExceptionally(e.getCause() == null ? e : e.getCause());
            } catch (Throwable e) {
                promise.completeExceptionally(e);
            } finally {
                pending.release();
            }
        });
    }

    private static IOException rethrown(ExecutionException e) {
        return switch (e.getCause()) {
            case RuntimeException unchecked -> throw unchecked;
            case Error error -> throw error;
            case IOException io -> io;
            case null, default -> new IOException(e);
        };
    }

    BlobWriter writer() {
        return writer;
    }

    ContentStore contents() {
        return contents;
    }

    Counts counts() {
        return counts;
    }

    Progress progress() {
        return progress;
    }

    /// Stops what is still waiting; after [#finish] there is nothing left.
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
