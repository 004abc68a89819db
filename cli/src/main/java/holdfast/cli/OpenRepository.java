package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.model.HoldfastException;
import holdfast.repository.Locks;
import holdfast.repository.Repository;
import holdfast.storage.Storage;
import java.io.IOException;

/// An open repository together with the storage below it, which is closed with it, and the locks as the user's
/// options want them.
record OpenRepository(Storage storage, Repository repository, GlobalOptions options, Console console)
        implements AutoCloseable {
    /// For reading; no lock at all with `--no-lock`.
    HeldLock lockToRead() throws IOException {
        return options.noLock ? HeldLock.NONE : lockToWrite();
    }

    /// For adding.
    HeldLock lockToWrite() throws IOException {
        return new HeldLock(locks().shared());
    }

    /// For what nobody else may see half done.
    HeldLock lockToDelete() throws IOException {
        return new HeldLock(locks().exclusive());
    }

    /// For removing snapshots, beside Holdfast's own readers and writers.
    HeldLock lockToForget() throws IOException {
        return new HeldLock(locks().maintenance());
    }

    /// For a prune: as [#lockToForget], or where that is not to be had a lock to mark only.
    HeldLock lockToPrune() throws IOException {
        try {
            return lockToForget();
        } catch (HoldfastException.Locked e) {
            HeldLock shared = lockToWrite();
            console.warn(e.getMessage() + ": nothing is removed now, only marked");
            return shared;
        }
    }

    private Locks locks() {
        return repository.locks().with(options.retryLock, console::detail);
    }

    @Override
    public void close() throws IOException {
        repository.close();
        storage.close();
    }
}
