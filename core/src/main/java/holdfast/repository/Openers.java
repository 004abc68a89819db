package holdfast.repository;

import holdfast.crypto.Key;
import holdfast.pack.BlobOpener;
import java.util.concurrent.ConcurrentLinkedDeque;

/// Blob openers that are lent to whoever reads: they are costly to make and serve one thread at a time.
final class Openers implements AutoCloseable {
    private final Key key;
    private final ConcurrentLinkedDeque<BlobOpener> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    Openers(Key key) {
        this.key = key;
    }

    BlobOpener borrow() {
        BlobOpener opener = idle.pollFirst();
        return opener == null ? new BlobOpener(key) : opener;
    }

    void giveBack(BlobOpener opener) {
        idle.addFirst(opener);
        if (closed) {
            close();
        }
    }

    @Override
    public void close() {
        closed = true;
        for (BlobOpener opener = idle.pollFirst(); opener != null; opener = idle.pollFirst()) {
            opener.close();
        }
    }
}
