package holdfast.repository;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import holdfast.crypto.BrokenSealException;
import holdfast.crypto.Key;
import holdfast.crypto.Seal;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.repository.json.BrokenFormatException;
import holdfast.storage.Storage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Gatherers;

/// Files that hold one sealed JSON document: index, snapshots, locks, proofs. In format version 2 the document is
/// compressed behind a byte that says so; a document that begins with a bracket is not compressed, which is
/// also the form of version 1. Safe for use by many threads.
final class SealedFiles {
    /// How many files are fetched and read at the same time; an index file takes up to 20 MB meanwhile.
    private static final int WIDTH = 6;

    private static final byte COMPRESSED = 2;
    private static final int LEVEL = 3;
    /// Far above the largest index file any program writes.
    private static final int DOCUMENT_BYTES_MAX = (int) Math.min(1 << 29, HeapShare.DOCUMENT_MAX);

    private static final int EXPANSION_MAX = 1 << 15;

    private final Storage storage;
    private final Key key;
    private final int version;
    private final ReentrantLock large = new ReentrantLock();

    SealedFiles(Storage storage, Key key, int version) {
        this.storage = storage;
        this.key = key;
        this.version = version;
    }

    Storage storage() {
        return storage;
    }

    /// Reads a document of one kind.
    @FunctionalInterface
    interface Reader<T> {
        T read(ObjectId id, ByteBuffer json) throws IOException;
    }

    /// One document.
    ///
    /// @throws NoSuchFileException when there is none
    /// @throws HoldfastException.Damaged when it is damaged
    <T> T load(String kind, ObjectId id, Reader<T> reader) throws IOException {
        ByteBuffer sealed = RawFiles.get(storage, kind, id);
        try {
            ByteBuffer opened = open(key, sealed);
            return plainBytes(opened) <= HeapShare.DOCUMENT_ALONE
                    ? reader.read(id, decode(opened))
                    : alone(reader, id, opened);
        } catch (BrokenSealException e) {
            throw damaged(kind, id, "it was not sealed with this repository's key", e);
        } catch (BrokenFormatException e) {
            throw damaged(kind, id, RawFiles.reason(e), e);
        }
    }

    /// Reads what is large when nothing else that is large is being read.
    private <T> T alone(Reader<T> reader, ObjectId id, ByteBuffer opened) throws IOException {
        large.lock();
        try {
            return reader.read(id, decode(opened));
        } finally {
            large.unlock();
        }
    }

    private HoldfastException.Damaged damaged(String kind, ObjectId id, String why, IOException e) {
        return RawFiles.damaged(kind + id.hex(), storage, why, e);
    }

    /// Many documents, fetched in parallel, in the order of the ids. What vanished meanwhile is left out.
    ///
    /// @param damaged told of damaged files by the calling thread; may throw
    <T> List<T> loadAll(
            String kind, Collection<ObjectId> ids, Reader<T> reader, Consumer<HoldfastException.Damaged> damaged)
            throws IOException {
        try {
            return ids.stream()
                    .gather(Gatherers.mapConcurrent(WIDTH, id -> attempt(kind, id, reader)))
                    .<T>mapMulti((loaded, sink) -> loaded.deliver(sink, damaged))
                    .toList();
        } catch (Failure e) {
            throw e.cause;
        }
    }

    /// The names of some files, as they are now.
    interface Listing {
        List<ObjectId> ids() throws IOException;
    }

    /// Reads all files that a listing names. When one vanishes meanwhile, another one may have taken its place, and
    /// all are listed and read again.
    ///
    /// @param times to look at most
    <T> List<T> loadListed(
            String kind, Listing listing, int times, Reader<T> reader, Consumer<HoldfastException.Damaged> damaged)
            throws IOException {
        for (int look = 1; ; look++) {
            List<ObjectId> ids = listing.ids();
            List<HoldfastException.Damaged> unreadable = new ArrayList<>();
            List<T> read = loadAll(kind, ids, reader, unreadable::add);
            if (read.size() + unreadable.size() == ids.size() || look == times) {
                unreadable.forEach(damaged);
                return read;
            }
        }
    }

    private <T> Loaded<T> attempt(String kind, ObjectId id, Reader<T> reader) {
        try {
            return new Loaded.Value<>(load(kind, id, reader));
        } catch (NoSuchFileException e) {
            return new Loaded.Gone<>();
        } catch (HoldfastException.Damaged e) {
            return new Loaded.Broken<>(e);
        } catch (IOException e) {
            return new Loaded.Failed<>(e);
        }
    }

    /// How one file of many came out.
    private sealed interface Loaded<T> {
        void deliver(Consumer<T> sink, Consumer<HoldfastException.Damaged> damaged);

        record Value<T>(T value) implements Loaded<T> {
            @Override
            public void deliver(Consumer<T> sink, Consumer<HoldfastException.Damaged> damaged) {
                sink.accept(value);
            }
        }

        record Gone<T>() implements Loaded<T> {
            @Override
            public void deliver(Consumer<T> sink, Consumer<HoldfastException.Damaged> damaged) {}
        }

        record Broken<T>(HoldfastException.Damaged why) implements Loaded<T> {
            @Override
            public void deliver(Consumer<T> sink, Consumer<HoldfastException.Damaged> damaged) {
                damaged.accept(why);
            }
        }

        record Failed<T>(IOException why) implements Loaded<T> {
            @Override
            public void deliver(Consumer<T> sink, Consumer<HoldfastException.Damaged> damaged) {
                throw new Failure(why);
            }
        }
    }

    /// Carries an [IOException] through a stream.
    @SuppressWarnings("serial")
    private static final class Failure extends RuntimeException {
        private final IOException cause;

        private Failure(IOException cause) {
            super(cause);
            this.cause = cause;
        }
    }

    /// Seals a document and stores it.
    ObjectId save(String kind, ByteBuffer json) throws IOException {
        ByteBuffer sealed = encode(json);
        ObjectId id = ObjectId.hash(sealed);
        RawFiles.put(storage, kind, id, sealed);
        return id;
    }

    /// The bytes of the file that would hold the document. Never twice the same.
    ByteBuffer encode(ByteBuffer json) {
        if (version < 2) {
            return seal(key, json);
        }
        byte[] plain = new byte[json.remaining()];
        json.get(json.position(), plain);
        byte[] frame = Zstd.compress(plain, LEVEL);
        return seal(
                key,
                ByteBuffer.allocate(1 + frame.length).put(COMPRESSED).put(frame).flip());
    }

    static ByteBuffer seal(Key key, ByteBuffer plain) {
        ByteBuffer sealed = ByteBuffer.allocate(Math.addExact(plain.remaining(), Seal.OVERHEAD));
        new Seal(key).seal(plain.duplicate(), sealed);
        return sealed.flip();
    }

    static ByteBuffer open(Key key, ByteBuffer sealed) throws BrokenSealException {
        ByteBuffer plain = ByteBuffer.allocate(Math.max(0, sealed.remaining() - Seal.OVERHEAD));
        new Seal(key).open(sealed, plain);
        return plain.flip();
    }

    /// The JSON of an opened document.
    static ByteBuffer decode(ByteBuffer opened) throws BrokenFormatException {
        if (!opened.hasRemaining()) {
            throw new BrokenFormatException("it is empty");
        }
        byte form = opened.get(opened.position());
        if (form == '{' || form == '[') {
            return opened;
        }
        if (form != COMPRESSED || opened.remaining() == 1) {
            throw new BrokenFormatException("it has the unknown form " + form);
        }
        byte[] frame = new byte[opened.remaining() - 1];
        opened.get(opened.position() + 1, frame);
        try {
            long declared = Zstd.getFrameContentSize(frame);
            if (declared > DOCUMENT_BYTES_MAX) {
                throw new IOException("it says it has " + declared + " bytes");
            }
            if (declared > 0 && declared / EXPANSION_MAX <= frame.length) {
                return ByteBuffer.wrap(Zstd.decompress(frame, (int) declared));
            }
            return decompressUnsized(frame);
        } catch (ZstdException | IOException e) {
            throw new BrokenFormatException("it cannot be decompressed", e);
        }
    }

    /// How long the JSON of an opened document is; of one that does not say so, the most that is possible.
    private static long plainBytes(ByteBuffer opened) {
        if (!opened.hasRemaining() || opened.get(opened.position()) != COMPRESSED) {
            return opened.remaining();
        }
        int at = opened.arrayOffset() + opened.position() + 1;
        long declared = Zstd.getFrameContentSize(opened.array(), at, opened.remaining() - 1);
        return declared > 0 ? declared : Long.MAX_VALUE;
    }

    /// Decompresses what does not say, or not credibly, how large it will be.
    private static ByteBuffer decompressUnsized(byte[] frame) throws IOException {
        try (InputStream in = new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(frame))) {
            byte[] plain = in.readNBytes(DOCUMENT_BYTES_MAX);
            if (plain.length == DOCUMENT_BYTES_MAX) {
                throw new IOException("it is larger than " + DOCUMENT_BYTES_MAX + " bytes");
            }
            return ByteBuffer.wrap(plain);
        }
    }
}
