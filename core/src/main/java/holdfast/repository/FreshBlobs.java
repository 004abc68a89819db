package holdfast.repository;

import holdfast.model.BlobType;
import holdfast.model.ObjectId;
import holdfast.pack.PackBuilder.Pack;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// The blobs of one writer on their way into the index: being packed, then in a durable pack, then in an index
/// file, and only then in the index that others share. So nobody else relies on a blob whose index entry is
/// not durable, and no index file names a pack that is not. Index files are written on the way, not only at
/// the end: after a crash the next run finds again what was stored so far. Safe for use by many threads.
final class FreshBlobs {
    private static final Duration PAUSE_MAX = Duration.ofMinutes(5);

    private final BlobIndex shared;
    private final IndexFiles files;
    private final Runnable guard;
    private final InstantSource clock;
    private final Set<Blob> packing = ConcurrentHashMap.newKeySet();
    /// in durable packs, but not yet in an index file; when blobs are stored again, all since then
    private volatile BlobIndex durable = new BlobIndex();

    private volatile boolean again;

    private final ReentrantLock lock = new ReentrantLock();
    private List<IndexFiles.PackContent> pending = new ArrayList<>();
    private int pendingBlobs;
    private Instant written;

    FreshBlobs(BlobIndex shared, IndexFiles files, Runnable guard, InstantSource clock) {
        this.shared = shared;
        this.files = files;
        this.guard = guard;
        this.clock = clock;
        written = clock.instant();
    }

    private record Blob(BlobType type, ObjectId id) {}

    /// Whether the caller is to store this blob: it is not known, and nobody else is about to.
    boolean claim(BlobType type, ObjectId id) {
        // first here, then there: blobs move from `durable` to `shared`
        return begin(type, id) && !(shared.contains(type, id) && abandon(type, id));
    }

    /// As [#claim], but not minding what was in the repository before this writer.
    boolean claimAgain(BlobType type, ObjectId id) {
        again = true;
        return begin(type, id);
    }

    private boolean begin(BlobType type, ObjectId id) {
        return packing.add(new Blob(type, id)) && !(durable.contains(type, id) && abandon(type, id));
    }

    private boolean abandon(BlobType type, ObjectId id) {
        return packing.remove(new Blob(type, id));
    }

    /// Takes a pack that is durable. May write an index file.
    void stored(Pack pack) throws IOException {
        lock.lock();
        try {
            durable.add(pack.id(), pack.blobs());
            pack.blobs().forEach(blob -> packing.remove(new Blob(blob.type(), blob.id())));
            pending.add(new IndexFiles.PackContent(pack.id(), pack.blobs()));
            pendingBlobs += pack.blobs().size();
            boolean due = pendingBlobs >= IndexFiles.BLOBS_MAX
                    || written.plus(PAUSE_MAX).isBefore(clock.instant());
            if (due) {
                flush();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Writes index files for all packs that are durable and not yet in one.
    void flush() throws IOException {
        lock.lock();
        try {
            if (pending.isEmpty()) {
                return;
            }
            guard.run();
            files.save(pending);
            pending.forEach(pack -> shared.add(pack.id(), pack.blobs()));
            if (!again) {
                durable = new BlobIndex();
            }
            pending = new ArrayList<>();
            pendingBlobs = 0;
            written = clock.instant();
        } finally {
            lock.unlock();
        }
    }
}
