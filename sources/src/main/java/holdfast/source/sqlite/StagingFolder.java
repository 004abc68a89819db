package holdfast.source.sqlite;

import holdfast.extract.ScratchFolder;
import holdfast.model.HoldfastException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/// A private folder for one copy of one database, removed with everything in it on close; should the process
/// be killed, by the next one that uses the same staging directory. Used by one thread.
final class StagingFolder implements AutoCloseable {
    private static final String PREFIX = "holdfast-sqlite-";
    private static final long SPARE_BYTES = 16 << 20;

    private final ScratchFolder scratch;

    private StagingFolder(ScratchFolder scratch) {
        this.scratch = scratch;
    }

    /// @param staging an existing directory, for instance the one for temporary files
    /// @throws HoldfastException.PreCheckFailed when nothing can be written there
    static StagingFolder in(Path staging) throws IOException {
        try {
            return new StagingFolder(ScratchFolder.in(staging, PREFIX));
        } catch (IOException e) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot stage a copy in " + staging + ": " + e.getMessage(),
                    "set TMPDIR or the staging directory to a folder that may be written to",
                    e);
        }
    }

    /// Where the copy belongs; SQLite keeps its own files beside it while it recovers one.
    Path database() {
        return scratch.path().resolve("database");
    }

    /// Makes an empty file that only its owner may read.
    FileChannel create(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /// @throws HoldfastException.PreCheckFailed when a copy of that size would not fit
    void requireRoom(long bytes, Path source) throws IOException {
        long usable = Files.getFileStore(scratch.path()).getUsableSpace();
        if (usable < bytes + SPARE_BYTES) {
            throw new HoldfastException.PreCheckFailed(
                    "not enough room in " + scratch.path().getParent() + " for a copy of " + source + ": needs "
                            + mebibytes(bytes + SPARE_BYTES) + " MiB, has " + mebibytes(usable) + " MiB",
                    "set TMPDIR or the staging directory to a file system with more room");
        }
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }

    @Override
    public void close() throws IOException {
        scratch.close();
    }
}
