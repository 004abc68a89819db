package holdfast.repository;

import holdfast.model.BlobType;
import holdfast.model.ObjectId;
import holdfast.model.Tree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Future;

/// Writes blobs: hashes them, drops what the repository has, compresses, seals, fills packs and stores these.
/// Safe for use by many threads, except [#finish] and [#close]. After the first failure everything stops, and
/// every later call throws that failure.
@SuppressWarnings("DoNotCallSuggester") // bodies follow
public final class BlobWriter implements AutoCloseable {
    BlobWriter() {}

    /// Takes one blob. Copies it before returning; blocks while too many bytes are in flight.
    ///
    /// @param plain from position to limit; the position does not change; direct or heap
    /// @return the blob's id, known when it has been hashed; the blob is durable only after [#finish]
    /// @throws IOException when the storage failed, then or earlier
    /// @throws holdfast.model.HoldfastException.Interrupted when the thread is interrupted while it waits
    public Future<ObjectId> write(BlobType type, ByteBuffer plain) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// As [#write], but stores the blob even if the index knows it: for a prune that moves what is still
    /// needed. Each blob is stored once per writer all the same.
    public Future<ObjectId> rewrite(BlobType type, ByteBuffer plain) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Takes a tree, whose nodes must be sorted ([holdfast.model.FileNames#compare]) and unique. The id is
    /// known at once; storing goes on.
    public ObjectId writeTree(Tree tree) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Waits until everything is stored: all packs, then the index that names them. Only then may a snapshot
    /// be saved.
    public void finish() throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Bytes of new blobs before compression.
    public long addedBytes() {
        throw new UnsupportedOperationException();
    }

    /// Bytes of new blobs as stored.
    public long storedBytes() {
        throw new UnsupportedOperationException();
    }

    /// Number of new data blobs.
    public long dataBlobs() {
        throw new UnsupportedOperationException();
    }

    /// Number of new tree blobs.
    public long treeBlobs() {
        throw new UnsupportedOperationException();
    }

    /// Ends the writer's threads. Without [#finish] before, what was stored is invisible and goes with the
    /// next prune.
    @Override
    public void close() {}
}
