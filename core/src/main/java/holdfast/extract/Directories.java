package holdfast.extract;

import holdfast.extract.ExtractPlan.PlannedDirectory;
import holdfast.io.posix.HostFiles;
import holdfast.io.posix.OpenDirectory;
import java.io.IOException;
import java.util.List;

/// The directories of a plan, opened when needed, each through its parent and never through a symbolic
/// link. Safe for use by many threads.
final class Directories implements AutoCloseable {
    private static final int OPEN = 256;

    private final HostFiles host;
    private final List<PlannedDirectory> plan;
    private final HandleCache<OpenDirectory> cache;

    Directories(HostFiles host, List<PlannedDirectory> plan) {
        this.host = host;
        this.plan = plan;
        this.cache = new HandleCache<>(OPEN, this::open);
    }

    private OpenDirectory open(int index) throws IOException {
        PlannedDirectory directory = plan.get(index);
        if (directory.parent() < 0) {
            return host.open(directory.name());
        }
        return in(directory.parent(), parent -> parent.directory(directory.name()));
    }

    /// Something done with an open directory.
    @FunctionalInterface
    interface Use<T> {
        T apply(OpenDirectory directory) throws IOException;
    }

    <T> T in(int index, Use<T> use) throws IOException {
        OpenDirectory directory = cache.acquire(index);
        try {
            return use.apply(directory);
        } finally {
            cache.release(index);
        }
    }

    @Override
    public void close() throws IOException {
        cache.close();
    }
}
