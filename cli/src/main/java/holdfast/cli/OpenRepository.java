package holdfast.cli;

import holdfast.cli.console.Console;
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

    /// For deleting.
    HeldLock lockToDelete() throws IOException {
        return new HeldLock(locks().exclusive());
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
