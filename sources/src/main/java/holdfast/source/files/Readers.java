package holdfast.source.files;

import holdfast.io.posix.FileStatus;
import holdfast.io.posix.HostFiles;
import holdfast.io.posix.NodeReader;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.source.ContentException;
import holdfast.source.DirectorySink;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Reads files with a few threads, so that many small ones do not wait for the disk one after the other. The files
/// waiting are bounded. The first failure that is not a file's own, such as a repository that cannot be written, stops
/// all.
final class Readers implements AutoCloseable {
    private static final int WAITING = 256;
    private static final int ATTEMPTS = 3;

    private final NodeReader nodes;
    private final Findings findings;
    private final Semaphore slots = new Semaphore(WAITING);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final ExecutorService threads;

    Readers(HostFiles files, Findings findings) {
        nodes = new NodeReader(files);
        this.findings = findings;
        int width = Math.clamp(2L * Runtime.getRuntime().availableProcessors(), 2, 8);
        threads = Executors.newFixedThreadPool(
                width, Thread.ofPlatform().daemon().name("files-", 1).factory());
    }

    /// Has a file read by and by.
    ///
    /// @throws IOException when an earlier file stopped all
    void read(Folder folder, String name, FileStatus status) throws IOException {
        DirectorySink sink = folder.sink();
        try {
            slots.acquire();
        } catch (InterruptedException _) {
            throw interrupted();
        }
        folder.hold();
        threads.execute(() -> run(folder, name, status, sink));
    }

    private void run(Folder folder, String name, FileStatus status, DirectorySink sink) {
        try {
            if (failure.get() == null) {
                store(folder, name, status, sink);
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        } finally {
            letGo(folder);
            slots.release();
        }
    }

    /// Lets go of a folder, sealing it only while nothing has failed.
    void letGo(Folder folder) {
        try {
            folder.letGo(failure.get() == null);
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    private void store(Folder folder, String name, FileStatus seen, DirectorySink sink) throws IOException {
        String path = folder.path(name);
        FileStatus status = seen;
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            List<String> problems = new ArrayList<>();
            Node node;
            try {
                if (attempt > 1) {
                    status = folder.directory().status(name);
                }
                node = nodes.read(folder.directory(), name, name, status, problems::add);
            } catch (IOException e) {
                findings.missing(path, e);
                return;
            }
            if (node.type() != NodeType.FILE) {
                findings.failure(path, "was replaced while it was read", false);
                return;
            }
            FileReading reading = new FileReading(folder.directory(), node, status, nodes, attempt == ATTEMPTS);
            try {
                sink.file(node, reading);
                stored(path, reading, problems);
                return;
            } catch (ContentException e) {
                if (!reading.changed()) {
                    missing(path, e);
                    return;
                }
            }
        }
    }

    private void stored(String path, FileReading reading, List<String> problems) {
        findings.stored(reading.size());
        if (reading.changed()) {
            findings.failure(path, "kept changing while it was read " + ATTEMPTS + " times", true);
        }
        problems.forEach(problem -> findings.failure(path, problem, true));
    }

    private void missing(String path, ContentException why) {
        findings.missing(path, why.getCause() instanceof IOException cause ? cause : why);
    }

    /// Has nothing more read or sealed.
    void stop(Throwable why) {
        failure.compareAndSet(null, why);
    }

    /// @throws IOException when something stopped all
    void check() throws IOException {
        switch (failure.get()) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }

    private IOException interrupted() {
        Thread.currentThread().interrupt();
        InterruptedIOException stop = new InterruptedIOException("interrupted while files were read");
        failure.compareAndSet(null, stop);
        return stop;
    }

    /// Waits until all files have been read.
    ///
    /// @throws IOException when something stopped all
    void finish() throws IOException {
        try {
            slots.acquire(WAITING);
            slots.release(WAITING);
        } catch (InterruptedException _) {
            throw interrupted();
        }
        check();
    }

    /// Stops what is still running; what waits is only let go of.
    @Override
    public void close() {
        failure.compareAndSet(null, new IllegalStateException("closed"));
        threads.shutdownNow().forEach(Runnable::run);
        boolean interrupted = false;
        while (!threads.isTerminated()) {
            try {
                if (threads.awaitTermination(1, TimeUnit.HOURS)) {
                    break;
                }
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
