package holdfast.source.sqlite;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A private folder for one copy of one database, removed with everything in it on close. Used by one thread.
///
/// Should the process be killed, the next one that uses the same staging directory removes what was left: a
/// folder whose `lock` nobody holds belongs to nobody.
final class StagingFolder implements AutoCloseable {
    private static final String PREFIX = "holdfast-sqlite-";
    private static final String LOCK = "lock";
    private static final int ATTEMPTS = 10;
    private static final long SPARE_BYTES = 16 << 20;

    /// Folders of this process: their locks must not be tried, for the closing of any descriptor of a file
    /// drops the locks that the process has on it.
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel lock;

    private StagingFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /// @param staging an existing directory, for instance the one for temporary files
    /// @throws HoldfastException.PreCheckFailed when nothing can be written there
    static StagingFolder in(Path staging) throws IOException {
        try {
            removeAbandoned(staging);
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Path folder = Files.createTempDirectory(
                        staging,
                        PREFIX,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                OWN.add(folder);
                FileChannel lock =
                        tryLock(folder.resolve(LOCK), StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
                if (lock != null) {
                    return new StagingFolder(folder, lock);
                }
                // Somebody who tidies up was quicker than our lock, and removes the folder.
                OWN.remove(folder);
            }
            throw new IOException("cannot lock a folder in it");
        } catch (IOException e) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot stage a copy in " + staging + ": " + e.getMessage(),
                    "set TMPDIR or the staging directory to a folder that may be written to",
                    e);
        }
    }

    /// Where the copy belongs; SQLite keeps its own files beside it while it recovers one.
    Path database() {
        return folder.resolve("database");
    }

    /// Makes an empty file that only its owner may read.
    FileChannel create(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /// @throws HoldfastException.PreCheckFailed when a copy of that size would not fit
    void requireRoom(long bytes, Path source) throws IOException {
        long usable = Files.getFileStore(folder).getUsableSpace();
        if (usable < bytes + SPARE_BYTES) {
            throw new HoldfastException.PreCheckFailed(
                    "not enough room in " + folder.getParent() + " for a copy of " + source + ": needs "
                            + mebibytes(bytes + SPARE_BYTES) + " MiB, has " + mebibytes(usable) + " MiB",
                    "set TMPDIR or the staging directory to a file system with more room");
        }
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }

    @Override
    public void close() throws IOException {
        try {
            remove(folder);
        } finally {
            lock.close();
            OWN.remove(folder);
        }
    }

    private static void removeAbandoned(Path staging) throws IOException {
        if (!Files.isDirectory(staging)) {
            throw new NotDirectoryException(staging.toString());
        }
        try (DirectoryStream<Path> found = Files.newDirectoryStream(staging, PREFIX + "*")) {
            for (Path each : found) {
                if (!OWN.contains(each) && Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
                    removeIfAbandoned(each);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static void removeIfAbandoned(Path folder) {
        try (FileChannel lock = tryLock(folder.resolve(LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            if (lock != null) {
                remove(folder);
            }
        } catch (IOException _) {
            // Another user's, or being removed by another process: no reason not to go on.
        }
    }

    /// @return null when another process holds it
    private static @Nullable FileChannel tryLock(Path file, OpenOption... options) throws IOException {
        FileChannel channel = FileChannel.open(file, options);
        if (channel.tryLock() == null) {
            channel.close();
            return null;
        }
        return channel;
    }

    private static void remove(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Files.deleteIfExists(folder);
    }
}
