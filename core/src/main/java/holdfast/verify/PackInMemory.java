package holdfast.verify;

import holdfast.storage.Storage;
import holdfast.storage.StoredFile;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;

/// One pack that has been read whole, as a storage that holds nothing else, so that its blobs are taken
/// apart without reading it again.
final class PackInMemory implements Storage {
    private final String name;
    private final ByteBuffer content;
    private final String location;

    PackInMemory(String name, ByteBuffer content, String location) {
        this.name = name;
        this.content = content.slice().asReadOnlyBuffer();
        this.location = location;
    }

    @Override
    public ByteBuffer get(String wanted) throws NoSuchFileException {
        if (!wanted.equals(name)) {
            throw new NoSuchFileException(wanted);
        }
        return content.duplicate();
    }

    @Override
    public ByteBuffer get(String wanted, long offset, int length) throws NoSuchFileException, EOFException {
        ByteBuffer whole = get(wanted);
        if (offset + length > whole.limit()) {
            throw new EOFException(name + " has " + whole.limit() + " bytes, not " + (offset + length));
        }
        return whole.slice((int) offset, length);
    }

    @Override
    public Stream<StoredFile> list(String prefix) {
        return Stream.of(new StoredFile(name, content.limit())).filter(file -> name.startsWith(prefix));
    }

    @Override
    public void put(String refused, ByteBuffer bytes) {
        throw new UnsupportedOperationException(refused);
    }

    @Override
    public void delete(String refused) {
        throw new UnsupportedOperationException(refused);
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public void close() {}
}
