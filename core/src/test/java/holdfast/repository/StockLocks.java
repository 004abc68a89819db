package holdfast.repository;

import holdfast.crypto.BrokenSealException;
import holdfast.crypto.Key;
import holdfast.model.ObjectId;
import holdfast.storage.Storage;
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// Makes of whoever uses this storage a stock restic, as far as others and marks are concerned: locks say no more than
/// restic knows, its own to others and those of others to it, under names that fit what they say; and it sees no marks.
public final class StockLocks implements Storage {
    private final Storage storage;
    private final Key key;
    /// names of locks in the storage, by the names they have here
    private final Map<String, String> names = new ConcurrentHashMap<>();

    private final Map<String, ByteBuffer> contents = new ConcurrentHashMap<>();

    public StockLocks(Storage storage) throws IOException {
        this.storage = storage;
        key = Opening.open(storage, SimulatedRepository.PASSWORD).master();
    }

    @Override
    public void put(String name, ByteBuffer content) throws IOException {
        if (!name.startsWith(Kinds.LOCKS)) {
            storage.put(name, content);
            return;
        }
        ByteBuffer stock = stock(content);
        contents.put(
                name,
                ByteBuffer.allocate(content.remaining())
                        .put(content.duplicate())
                        .flip());
        names.put(name, name(stock));
        storage.put(name(stock), stock);
    }

    private ByteBuffer stock(ByteBuffer sealed) throws IOException {
        try {
            LockFile lock = LockFile.read(SealedFiles.decode(SealedFiles.open(key, sealed.duplicate())));
            LockFile stock = new LockFile(lock.time(), lock.exclusive(), lock.owner(), null);
            return SealedFiles.seal(key, stock.write());
        } catch (BrokenSealException e) {
            throw new IllegalStateException("locks are never damaged here", e);
        }
    }

    private static String name(ByteBuffer content) {
        return Kinds.LOCKS + ObjectId.hash(content);
    }

    @Override
    public ByteBuffer get(String name) throws IOException {
        ByteBuffer known = contents.get(name);
        return known == null ? storage.get(name) : known.duplicate();
    }

    @Override
    public ByteBuffer get(String name, long offset, int length) throws IOException {
        return storage.get(name, offset, length);
    }

    @Override
    public Stream<StoredFile> list(String prefix) throws IOException {
        if (prefix.equals(Kinds.MARKS)) {
            return Stream.empty();
        }
        if (!prefix.equals(Kinds.LOCKS)) {
            return storage.list(prefix);
        }
        List<StoredFile> locks = new ArrayList<>();
        for (StoredFile file : storage.listAll(prefix)) {
            if (!names.containsValue(file.name())) {
                learn(file.name());
            }
            names.forEach((here, there) -> {
                if (there.equals(file.name())) {
                    locks.add(new StoredFile(here, file.bytes()));
                }
            });
        }
        return locks.stream();
    }

    private void learn(String name) throws IOException {
        try {
            ByteBuffer stock = stock(storage.get(name));
            contents.put(name(stock), stock);
            names.put(name(stock), name);
        } catch (NoSuchFileException e) {
            // gone since it was listed
        }
    }

    @Override
    public void delete(String name) throws IOException {
        storage.delete(names.getOrDefault(name, name));
    }

    @Override
    public String location() {
        return storage.location();
    }

    @Override
    public void close() throws IOException {
        storage.close();
    }
}
