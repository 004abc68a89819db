package holdfast.repository;

import holdfast.crypto.Seal;
import holdfast.io.DurableFiles;
import holdfast.model.BlobType;
import holdfast.model.ObjectId;
import holdfast.pack.PackBuilder;
import holdfast.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// Packs from the first blob to the storage. One pack per blob type is being filled; a full one is
/// closed, and stored by a virtual thread as soon as the last of its blobs is in place. The number
/// of packs in memory is fixed: when all are taken, whoever needs a new one waits for an upload to
/// end. Safe for use by many threads.
final class PackQueue implements AutoCloseable {
    /// Keeps the index of one pack small.
    private static final int PACK_BLOBS_MAX = 16_384;

    private final Storage storage;
    private final PackReader reader;
    private final WriterOptions options;
    private final FreshBlobs blobs;
    private final Failure state;
    private final ExecutorService uploads;
    private final int packsMax;
    private final int packBytes;

    private final Map<BlobType, Filling> current = new EnumMap<>(BlobType.class);
    private final Deque<ByteBuffer> buffers = new ArrayDeque<>();
    private int packs;

    PackQueue(
            Storage storage, PackReader reader, WriterOptions options, FreshBlobs blobs, Failure state, int packBytes) {
        this.storage = storage;
        this.reader = reader;
        this.options = options;
        this.blobs = blobs;
        this.state = state;
        this.packBytes = packBytes;
        packsMax = options.uploads() + BlobType.values().length;
        uploads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("holdfast-upload-", 0).factory());
    }

    /// A pack that is being filled.
    private static final class Filling {
        private final ByteBuffer buffer;
        private final PackBuilder builder;
        private int blobs;
        /// slots handed out and not yet filled
        private int open;
        private boolean closed;

        private Filling(ByteBuffer buffer) {
            this.buffer = buffer;
            builder = new PackBuilder(buffer);
        }

        private boolean takes(int sealedLength) {
            return blobs < PACK_BLOBS_MAX && builder.fits(sealedLength);
        }
    }

    /// Room for one sealed blob. Whoever has it fills it and then calls [PackQueue#filled].
    static final class Slot {
        private final Filling pack;
        private final ByteBuffer room;

        private Slot(Filling pack, ByteBuffer room) {
            this.pack = pack;
            this.room = room;
        }

        ByteBuffer room() {
            return room;
        }
    }

    /// Reserves room in the current pack of the blob's type. When that is full, closes it and
    /// begins a new one.
    ///
    /// @param seal the calling thread's, for the header of a pack that gets complete
    Slot reserve(BlobType type, ObjectId id, int sealedLength, int plainLength, Seal seal) throws IOException {
        @Nullable Slot[] slot = new Slot[1];
        @Nullable Filling[] complete = new Filling[1];
        state.await(() -> takes(type, sealedLength) || packs < packsMax, () -> {
            if (!takes(type, sealedLength)) {
                complete[0] = close(type);
                packs++;
                current.put(type, new Filling(buffer(sealedLength)));
            }
            Filling pack = Objects.requireNonNull(current.get(type));
            slot[0] = new Slot(pack, pack.builder.reserve(type, id, sealedLength, plainLength));
            pack.blobs++;
            pack.open++;
        });
        store(complete[0], seal);
        return Objects.requireNonNull(slot[0]);
    }

    private boolean takes(BlobType type, int sealedLength) {
        Filling pack = current.get(type);
        return pack != null && pack.takes(sealedLength);
    }

    private ByteBuffer buffer(int sealedLength) {
        int bytes = PackBuilder.bytesFor(sealedLength);
        if (bytes > packBytes) {
            return DurableFiles.buffer(bytes);
        }
        ByteBuffer pooled = buffers.pollFirst();
        return pooled == null ? DurableFiles.buffer(packBytes) : pooled;
    }

    /// Closes the current pack of a type; answers it if no slot of it is open.
    private @Nullable Filling close(BlobType type) {
        Filling pack = current.remove(type);
        if (pack == null) {
            return null;
        }
        pack.closed = true;
        return pack.open == 0 ? pack : null;
    }

    /// The slot has its sealed blob.
    void filled(Slot slot, Seal seal) {
        @Nullable Filling[] complete = new Filling[1];
        state.update(() -> {
            Filling pack = slot.pack;
            pack.open--;
            complete[0] = pack.closed && pack.open == 0 ? pack : null;
        });
        store(complete[0], seal);
    }

    private void store(@Nullable Filling complete, Seal seal) {
        if (complete != null) {
            PackBuilder.Pack pack = complete.builder.build(seal);
            uploads.execute(() -> upload(complete, pack));
        }
    }

    private void upload(Filling filling, PackBuilder.Pack pack) {
        try {
            state.check();
            options.guard().run();
            int bytes = pack.content().remaining();
            RawFiles.put(storage, Kinds.DATA, pack.id(), pack.content());
            if (options.readBack()) {
                readBack(pack, bytes);
            }
            options.progress().stored(bytes);
            blobs.stored(pack);
        } catch (Throwable e) {
            state.set(e);
        } finally {
            state.update(() -> {
                packs--;
                if (filling.buffer.capacity() == packBytes) {
                    buffers.addFirst(filling.buffer);
                }
            });
        }
    }

    /// Fails unless the storage gives back what it was given.
    private void readBack(PackBuilder.Pack pack, int bytes) throws IOException {
        if (!reader.header(pack.id(), bytes).equals(pack.blobs())) {
            throw RawFiles.damaged(Kinds.DATA + pack.id().hex(), storage, "its header is not what was stored", null);
        }
        List<IndexEntry> entries = pack.blobs().stream()
                .map(blob -> new IndexEntry(
                        blob.type(), blob.id(), pack.id(), blob.offset(), blob.length(), blob.plainLength()))
                .toList();
        reader.read(pack.id(), entries, (_, _) -> {});
    }

    /// Stores the packs that are not full, waits until all are stored, and writes the index. No
    /// slot may be open.
    void finish(Seal seal) throws IOException {
        for (BlobType type : BlobType.values()) {
            @Nullable Filling[] complete = new Filling[1];
            state.update(() -> complete[0] = close(type));
            store(complete[0], seal);
        }
        state.await(() -> packs == 0, () -> {});
        blobs.flush();
    }

    /// Ends the uploads that may still run; they are broken off.
    @Override
    public void close() {
        uploads.shutdownNow();
        Failure.awaitEnd(uploads);
    }
}
