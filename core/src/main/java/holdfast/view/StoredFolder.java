package holdfast.view;

import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.repository.IndexEntry;
import holdfast.repository.Repository;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// The files of one folder of a snapshot, read from the repository as they are asked for. Every
/// blob is checked against its id. Safe for use by many threads; a stream is used by one.
public final class StoredFolder {
    private final Repository repository;
    private final Map<String, Node> files = new HashMap<>();

    /// @param path absolute path of the folder in the snapshot
    /// @throws HoldfastException.PreCheckFailed when there is no such folder
    public StoredFolder(Repository repository, Snapshot snapshot, String path) throws IOException {
        this.repository = repository;
        ObjectId tree = SnapshotPath.resolve(repository, snapshot, path).node().subtree();
        if (tree == null) {
            throw new HoldfastException.PreCheckFailed(
                    path + " in snapshot " + snapshot.id().brief() + " is no folder", "'holdfast ls' shows what it is");
        }
        for (Node node : repository.loadTree(tree).nodes()) {
            if (node.type() == NodeType.FILE) {
                files.put(node.name(), node);
            }
        }
    }

    /// Bytes of a file; empty when there is none of that name.
    public Optional<Long> size(String name) {
        return Optional.ofNullable(files.get(name)).map(Node::size);
    }

    /// How many blobs a file is made of; none is read.
    ///
    /// @throws HoldfastException.Damaged when one of them is in no pack
    /// @throws IOException when there is no such file
    public int blobs(String name) throws IOException {
        List<ObjectId> content = node(name).content();
        for (ObjectId id : content) {
            length(id);
        }
        return content.size();
    }

    /// The content from `offset` on.
    ///
    /// @throws IOException when there is no such file
    public InputStream open(String name, long offset) throws IOException {
        Node node = node(name);
        List<ObjectId> content = node.content();
        long position = 0;
        int blob = 0;
        while (blob < content.size()) {
            int length = length(content.get(blob));
            if (position + length > offset) {
                break;
            }
            position += length;
            blob++;
        }
        BlobStream stream = new BlobStream(content.subList(blob, content.size()));
        stream.skipNBytes(Math.min(offset, node.size()) - position);
        return stream;
    }

    private Node node(String name) throws IOException {
        Node node = files.get(name);
        if (node == null) {
            throw new IOException("the snapshot has no file " + name);
        }
        return node;
    }

    private int length(ObjectId id) throws IOException {
        IndexEntry entry = repository.index().find(BlobType.DATA, id);
        if (entry == null) {
            throw new HoldfastException.Damaged(
                    "data blob " + id + " is missing", "'holdfast check' tells what else is damaged");
        }
        return entry.plainBytes();
    }

    private final class BlobStream extends InputStream {
        private final List<ObjectId> blobs;
        private int next;
        private @Nullable ByteBuffer current;
        private @Nullable Future<ByteBuffer> ahead;

        private BlobStream(List<ObjectId> blobs) {
            this.blobs = blobs;
        }

        private @Nullable ByteBuffer current() throws IOException {
            ByteBuffer buffer = current;
            while (buffer == null || !buffer.hasRemaining()) {
                if (next == blobs.size()) {
                    return null;
                }
                current = null;
                buffer = loaded();
                current = buffer;
            }
            return buffer;
        }

        /// Who reads a second blob will read more: the one behind it is loaded meanwhile.
        private ByteBuffer loaded() throws IOException {
            Future<ByteBuffer> begun = ahead;
            ByteBuffer blob = begun == null ? repository.loadBlob(BlobType.DATA, blobs.get(next)) : result(begun);
            next++;
            ahead = next > 1 && next < blobs.size() ? begin(blobs.get(next)) : null;
            return blob;
        }

        private Future<ByteBuffer> begin(ObjectId id) {
            FutureTask<ByteBuffer> load = new FutureTask<>(() -> repository.loadBlob(BlobType.DATA, id));
            Thread.ofVirtual().name("holdfast-ahead").start(load);
            return load;
        }

        private static ByteBuffer result(Future<ByteBuffer> load) throws IOException {
            try {
                return load.get();
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case IOException io -> throw io;
                    case RuntimeException unchecked -> throw unchecked;
                    case Error error -> throw error;
                    case null, default -> throw new IllegalStateException(e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HoldfastException.Interrupted("interrupted", "nothing was changed by reading");
            }
        }

        @Override
        public int read() throws IOException {
            ByteBuffer buffer = current();
            return buffer == null ? -1 : buffer.get() & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            ByteBuffer buffer = length == 0 ? null : current();
            if (buffer == null) {
                return length == 0 ? 0 : -1;
            }
            int count = Math.min(length, buffer.remaining());
            buffer.get(to, offset, count);
            return count;
        }

        @Override
        public long skip(long count) throws IOException {
            ByteBuffer buffer = count <= 0 ? null : current();
            if (buffer == null) {
                return 0;
            }
            int skipped = (int) Math.min(count, buffer.remaining());
            buffer.position(buffer.position() + skipped);
            return skipped;
        }
    }
}
