package holdfast.repository;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// restic's locks: files that say who works with the repository. Any number of shared locks, or one exclusive
/// lock. They keep a prune, ours or restic's, away from whoever reads or writes.
@SuppressWarnings("DoNotCallSuggester") // bodies follow
public final class Locks {
    Locks() {}

    /// How long to wait for somebody else's lock, and who is told of stale locks that were removed.
    public Locks with(Duration retry, Consumer<String> notes) {
        throw new UnsupportedOperationException();
    }

    /// For reading and for adding.
    ///
    /// @throws HoldfastException.Locked when somebody holds an exclusive lock
    public Lock shared() throws IOException {
        throw new UnsupportedOperationException();
    }

    /// For deleting.
    ///
    /// @throws HoldfastException.Locked when somebody holds any lock
    public Lock exclusive() throws IOException {
        throw new UnsupportedOperationException();
    }

    /// All locks, oldest first. A lock file that cannot be read is left out.
    public List<LockInfo> list() throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Removes the locks whose owners are certainly gone.
    ///
    /// @return how many
    public int removeStale() throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Removes every lock, unreadable ones too. Only when nobody else works with the repository.
    ///
    /// @return how many
    public int removeAll() throws IOException {
        throw new UnsupportedOperationException();
    }
}
