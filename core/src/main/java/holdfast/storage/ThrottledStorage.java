package holdfast.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.stream.Stream;

/// Keeps the traffic to and from a storage below a rate, all threads together. Uploads wait before they begin;
/// downloads wait once their size is known, before they are handed out. Small files are counted but never wait,
/// since a lock that is refreshed too late behind a queue of packs would be taken for a dead one. Listings are
/// not counted.
public final class ThrottledStorage implements Storage {
    /// Up to this size a file never waits.
    static final int SMALL_BYTES = 64 << 10;

    private final Storage storage;
    private final ByteRate upload;
    private final ByteRate download;

    /// @param uploadBytesPerSecond 0 for no limit
    /// @param downloadBytesPerSecond 0 for no limit
    public ThrottledStorage(Storage storage, long uploadBytesPerSecond, long downloadBytesPerSecond) {
        this(storage, uploadBytesPerSecond, downloadBytesPerSecond, Ticker.system());
    }

    public ThrottledStorage(Storage storage, long uploadBytesPerSecond, long downloadBytesPerSecond, Ticker ticker) {
        this.storage = storage;
        upload = new ByteRate(uploadBytesPerSecond, ticker);
        download = new ByteRate(downloadBytesPerSecond, ticker);
    }

    private static void pass(ByteRate rate, int bytes) throws IOException {
        if (bytes <= SMALL_BYTES) {
            rate.count(bytes);
        } else {
            rate.pass(bytes);
        }
    }

    @Override
    public void put(String name, ByteBuffer content) throws IOException {
        pass(upload, content.remaining());
        storage.put(name, content);
    }

    @Override
    public ByteBuffer get(String name) throws IOException {
        ByteBuffer content = storage.get(name);
        pass(download, content.remaining());
        return content;
    }

    @Override
    public ByteBuffer get(String name, long offset, int length) throws IOException {
        ByteBuffer content = storage.get(name, offset, length);
        pass(download, content.remaining());
        return content;
    }

    @Override
    public Stream<StoredFile> list(String prefix) throws IOException {
        return storage.list(prefix);
    }

    @Override
    public void delete(String name) throws IOException {
        storage.delete(name);
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
