package holdfast.io.posix;

import holdfast.io.posix.Architecture.Call;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicInteger;

/// A file descriptor that is closed once. Its number may be used by another file afterwards, so it is no longer told.
final class Descriptor {
    private static final int CLOSED = -1;

    private final AtomicInteger number;

    Descriptor(int number) {
        this.number = new AtomicInteger(number);
    }

    int number() throws ClosedChannelException {
        int open = number.get();
        if (open == CLOSED) {
            throw new ClosedChannelException();
        }
        return open;
    }

    /// @throws IOException when what was written could not be kept, as network file systems report it only now
    void close(Location at) throws IOException {
        int open = number.getAndSet(CLOSED);
        if (open == CLOSED) {
            return;
        }
        try (Kernel kernel = new Kernel()) {
            long result = kernel.call(Call.CLOSE, open);
            if (result != -SystemErrors.INTERRUPTED) {
                Kernel.check(result, at);
            }
        }
    }
}
