package holdfast.cli;

import holdfast.repository.Lock;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A lock held until closed; or none, when the user wants none.
record HeldLock(@Nullable Lock lock) implements AutoCloseable {
    static final HeldLock NONE = new HeldLock(null);

    /// As [Lock#check]; the guard of a writer.
    void check() {
        if (lock != null) {
            lock.check();
        }
    }

    /// As [Lock#confirm].
    void confirm() throws IOException {
        if (lock != null) {
            lock.confirm();
        }
    }

    @Override
    public void close() {
        if (lock != null) {
            lock.close();
        }
    }
}
