package holdfast.repository;

import holdfast.chunk.Zeros;
import holdfast.crypto.Key;
import holdfast.crypto.Seal;
import holdfast.io.Workers;
import holdfast.model.BlobType;
import holdfast.model.ObjectId;
import holdfast.model.Tree;
import holdfast.pack.BlobForms;
import holdfast.repository.json.TreeJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Writes blobs: hashes them, drops what the repository has, compresses, seals, fills packs and
/// stores these. Safe for use by many threads, except [#finish] and [#close]. After the first
/// failure everything stops, and every later call throws that failure.
///
/// Hashing, compressing and sealing run on one thread per processor, uploads on virtual threads.
/// Off-heap memory is bounded, whatever is written: 32 MiB for blobs on their way, 16 MiB for each
/// upload and for each of the two packs being filled, and per processor up to 8 MiB for a
/// compressed blob: 144 MiB with 4 uploads on 2 processors. A single blob above 8 MiB, which only a
/// folder of very many entries makes, adds about three times its size.
public final class BlobWriter implements AutoCloseable {
    private static final int ZERO_LENGTHS_MAX = 1024;

    private final Key key;
    private final WriterOptions options;
    private final Failure state = new Failure();
    private final BlobMemory memory;
    private final FreshBlobs blobs;
    private final PackQueue packs;
    private final ExecutorService processors;
    private final ConcurrentLinkedDeque<Sealer> sealers = new ConcurrentLinkedDeque<>();
    /// ids of blobs of nothing but zeros, by length: those are hashed once
    private final Map<Integer, ObjectId> zeros = new ConcurrentHashMap<>();

    private final LongAdder addedBytes = new LongAdder();
    private final LongAdder storedBytes = new LongAdder();
    private final LongAdder dataBlobs = new LongAdder();
    private final LongAdder treeBlobs = new LongAdder();
    private int running;
    private volatile boolean finished;

    BlobWriter(
            Key key,
            BlobIndex index,
            IndexFiles files,
            PackReader reader,
            WriterOptions options,
            InstantSource clock,
            Tuning tuning) {
        this.key = key;
        this.options = options;
        memory = new BlobMemory(state, tuning.slabBits());
        blobs = new FreshBlobs(index, files, options.guard(), clock);
        packs = new PackQueue(files.storage(), reader, options, blobs, state, tuning.packBytes());
        processors = Executors.newFixedThreadPool(
                Runtime.getRuntime().availableProcessors(), Workers.factory("holdfast-blobs-"));
    }

    /// Takes one blob. Copies it before returning; blocks while too many bytes are in flight.
    ///
    /// @param plain from position to limit; the position does not change; direct or heap
    /// @return the blob's id, known when it has been hashed; the blob is durable only after
    ///     [#finish]
    /// @throws IOException when the storage failed, then or earlier
    /// @throws holdfast.model.HoldfastException.Interrupted when the thread is interrupted while it
    ///     waits
    public Future<ObjectId> write(BlobType type, ByteBuffer plain) throws IOException {
        return write(type, plain, WriterOptions.USUAL_LEVEL);
    }

    /// As the other, of content for which some other level of compression is better.
    ///
    /// @param level 1 to 19; used when the options leave it to the content
    public Future<ObjectId> write(BlobType type, ByteBuffer plain, int level) throws IOException {
        int length = plain.remaining();
        boolean zero = type == BlobType.DATA && Zeros.allZero(plain, plain.position(), plain.limit());
        ObjectId known = zero ? zeros.get(length) : null;
        if (known != null) {
            state.check();
            return CompletableFuture.completedFuture(known);
        }
        return submit(Job.of(type, null, zero, false, level), plain).promise();
    }

    /// As [#write], but stores the blob even if the index knows it: for a prune that moves what is
    /// still needed. Each blob is stored once per writer all the same.
    public Future<ObjectId> rewrite(BlobType type, ByteBuffer plain) throws IOException {
        return submit(Job.of(type, null, false, true, WriterOptions.USUAL_LEVEL), plain)
                .promise();
    }

    /// Takes a blob that another repository holds, whose hash is known to be right: what is
    /// compressed is sealed as it is, what is not is compressed if that makes it smaller.
    ///
    /// @param sealed whether that repository has the same key, so that not even sealing is needed
    public void carry(IndexEntry from, BlobForms forms, boolean sealed) throws IOException {
        Form form = sealed ? Form.SEALED : from.compressed() ? Form.COMPRESSED : Form.PLAIN;
        Job job = new Job(
                from.type(),
                from.id(),
                form,
                from.plainLength(),
                false,
                false,
                WriterOptions.USUAL_LEVEL,
                new CompletableFuture<>());
        submit(
                job,
                switch (form) {
                    case SEALED -> forms.sealed();
                    case COMPRESSED -> forms.content();
                    case PLAIN -> forms.plain();
                });
    }

    /// Takes a tree, whose nodes must be sorted ([holdfast.model.FileNames#compare]) and unique.
    /// The id is known at once; storing goes on.
    public ObjectId writeTree(Tree tree) throws IOException {
        ByteBuffer json = TreeJson.write(tree);
        ObjectId id = ObjectId.hash(json);
        Job job = submit(Job.of(BlobType.TREE, id, false, false, WriterOptions.USUAL_LEVEL), json);
        return Objects.requireNonNull(job.id());
    }

    /// In which form a blob is given.
    private enum Form {
        PLAIN,
        COMPRESSED,
        SEALED
    }

    /// What is to be done with a blob.
    ///
    /// @param id if known already
    /// @param plainLength length before compression of what is given compressed, else 0
    /// @param zero whether it is all zeros
    /// @param again whether to store it even if the repository has it
    /// @param level of compression that suits it
    private record Job(
            BlobType type,
            @Nullable ObjectId id,
            Form form,
            int plainLength,
            boolean zero,
            boolean again,
            int level,
            CompletableFuture<ObjectId> promise) {
        static Job of(BlobType type, @Nullable ObjectId id, boolean zero, boolean again, int level) {
            return new Job(type, id, Form.PLAIN, 0, zero, again, level, new CompletableFuture<>());
        }
    }

    private Job submit(Job job, ByteBuffer plain) throws IOException {
        state.check();
        if (finished) {
            throw new IllegalStateException("the writer has finished");
        }
        BlobMemory.Room room = memory.take(plain.remaining());
        room.buffer().put(plain.duplicate()).flip();
        state.update(() -> running++);
        processors.execute(() -> run(job, room));
        return job;
    }

    private void run(Job job, BlobMemory.Room room) {
        Sealer sealer = sealers.pollFirst();
        try {
            if (sealer == null) {
                sealer = new Sealer(key);
            }
            state.check();
            ObjectId id = job.id() == null ? sealer.hash(room.buffer()) : job.id();
            if (job.again() ? blobs.claimAgain(job.type(), id) : blobs.claim(job.type(), id)) {
                job.promise().complete(id);
                store(job, id, room.buffer(), sealer);
            }
            if (job.zero() && zeros.size() < ZERO_LENGTHS_MAX) {
                zeros.put(room.buffer().remaining(), id);
            }
            job.promise().complete(id);
        } catch (Throwable e) {
            state.set(e);
            job.promise().completeExceptionally(e);
        } finally {
            if (sealer != null) {
                sealers.addFirst(sealer);
            }
            memory.giveBack(room);
            state.update(() -> running--);
        }
    }

    private void store(Job job, ObjectId id, ByteBuffer given, Sealer sealer) throws IOException {
        switch (job.form()) {
            case PLAIN -> {
                ByteBuffer compressed = sealer.compress(given, level(job));
                ByteBuffer content = compressed == null ? given : compressed;
                put(job.type(), id, content, compressed == null ? 0 : given.remaining(), sealer);
            }
            case COMPRESSED -> put(job.type(), id, given, job.plainLength(), sealer);
            case SEALED -> {
                PackQueue.Slot slot =
                        packs.reserve(job.type(), id, given.remaining(), job.plainLength(), sealer.seal());
                slot.room().put(given.duplicate());
                filled(slot, job.type(), given.remaining(), job.plainLength(), sealer);
            }
        }
    }

    private int level(Job job) {
        boolean chosen = job.type() == BlobType.DATA && options.compression() != WriterOptions.AUTO;
        return chosen ? options.compression() : job.level();
    }

    /// @param plainLength 0 when the content is not compressed
    private void put(BlobType type, ObjectId id, ByteBuffer content, int plainLength, Sealer sealer)
            throws IOException {
        int sealedLength = Math.addExact(content.remaining(), Seal.OVERHEAD);
        PackQueue.Slot slot = packs.reserve(type, id, sealedLength, plainLength, sealer.seal());
        sealer.seal(content, slot.room());
        filled(slot, type, sealedLength, plainLength, sealer);
    }

    private void filled(PackQueue.Slot slot, BlobType type, int sealedLength, int plainLength, Sealer sealer) {
        packs.filled(slot, sealer.seal());
        addedBytes.add(plainLength == 0 ? sealedLength - Seal.OVERHEAD : plainLength);
        storedBytes.add(sealedLength);
        (type == BlobType.TREE ? treeBlobs : dataBlobs).increment();
    }

    /// Waits until everything is stored: all packs, then the index that names them. Only then may a
    /// snapshot be saved.
    public void finish() throws IOException {
        state.await(() -> running == 0, () -> finished = true);
        try (Sealer sealer = new Sealer(key)) {
            packs.finish(sealer.seal());
        } catch (Throwable e) {
            state.set(e);
            throw e;
        }
    }

    /// Bytes of new blobs before compression.
    public long addedBytes() {
        return addedBytes.sum();
    }

    /// Bytes of new blobs as stored.
    public long storedBytes() {
        return storedBytes.sum();
    }

    /// Number of new data blobs.
    public long dataBlobs() {
        return dataBlobs.sum();
    }

    /// Number of new tree blobs.
    public long treeBlobs() {
        return treeBlobs.sum();
    }

    /// Ends the writer's threads. Without [#finish] before, what was stored is invisible and goes
    /// with the next prune.
    @Override
    public void close() {
        finished = true;
        state.set(new CancellationException("the writer was closed"));
        Failure.awaitEnd(processors);
        packs.close();
        sealers.forEach(Sealer::close);
    }
}
