package holdfast.repository;

import holdfast.model.HoldfastException;
import java.io.IOException;

/// A lock on the repository, held until closed. Refreshes itself. Safe for use by many threads.
@SuppressWarnings("DoNotCallSuggester") // bodies follow
public final class Lock implements AutoCloseable {
    Lock() {}

    /// Cheap; to be called before anything that relies on the lock.
    ///
    /// @throws HoldfastException.Locked when the lock was removed by somebody, or could not be refreshed in time
    public void check() {
        throw new UnsupportedOperationException();
    }

    /// As [#check], but looks whether the lock's file is still there: once before a commit.
    public void confirm() throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Removes the lock. When that fails the lock becomes stale by itself.
    @Override
    public void close() {}
}
