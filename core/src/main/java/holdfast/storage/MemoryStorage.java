package holdfast.storage;

import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// A storage that forgets everything when the process ends: for tests, demonstrations and dry runs. Keeps every
/// promise of the port but durability. What it hands out is read-only.
public final class MemoryStorage implements Storage {
    private final Map<String, ByteBuffer> files = new ConcurrentHashMap<>();

    @Override
    public void put(String name, ByteBuffer content) throws FileAlreadyExistsException {
        StorageNames.requireValid(name);
        ByteBuffer copy = ByteBuffer.allocate(content.remaining());
        copy.put(content.duplicate()).flip();
        if (files.putIfAbsent(name, copy.asReadOnlyBuffer()) != null) {
            throw new FileAlreadyExistsException(name);
        }
    }

    @Override
    public ByteBuffer get(String name) throws NoSuchFileException {
        ByteBuffer content = files.get(StorageNames.requireValid(name));
        if (content == null) {
            throw new NoSuchFileException(name);
        }
        return content.duplicate();
    }

    @Override
    public ByteBuffer get(String name, long offset, int length) throws NoSuchFileException, EOFException {
        ByteRange.check(offset, length);
        ByteBuffer content = get(name);
        if (offset > content.limit() - length) {
            throw ByteRange.beyond(name, offset, length, content.limit());
        }
        return content.slice((int) offset, length);
    }

    @Override
    public Stream<StoredFile> list(String prefix) {
        String wanted = StorageNames.kind(prefix) + "/";
        return files.entrySet().stream()
                .filter(file -> file.getKey().startsWith(wanted))
                .map(file -> new StoredFile(file.getKey(), file.getValue().limit()));
    }

    @Override
    public void delete(String name) {
        files.remove(StorageNames.requireValid(name));
    }

    @Override
    public String location() {
        return "memory";
    }

    @Override
    public void close() {}
}
