package holdfast.source.sqlite;

import holdfast.io.posix.FileStatus;
import holdfast.io.posix.HostFiles;
import holdfast.io.posix.OpenDirectory;
import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// What can be told of database files from outside. Stateless; safe for use by many threads.
public final class SqliteFiles {
    /// Endings of the files that SQLite keeps beside a database. Without them the database file may lack its
    /// latest transactions (`-wal`) or hold half of one (`-journal`).
    static final List<String> COMPANIONS = List.of("-wal", "-journal", "-shm");

    private SqliteFiles() {}

    /// Whether this is a regular file that begins as every SQLite 3 database does. False also for what cannot
    /// be read, and for the empty file, which SQLite would accept as a database but anybody else would not.
    public static boolean looksLikeSqlite(Path file) {
        try {
            if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                return false;
            }
            try (RawFile raw = RawFile.open(file, StandardOpenOption.READ)) {
                return beginsDatabase(read(raw.channel(), 0, SqliteHeader.MAGIC_BYTES));
            }
        } catch (IOException _) {
            return false;
        }
    }

    /// Whether a file whose first bytes these are is a database: for who reads files anyway, and wants to say
    /// that a database was among them and was taken as a plain file, perhaps in the middle of a transaction.
    ///
    /// @param first at least 16 bytes from the start of the file at the buffer's position, fewer only if it
    ///     has no more; not moved
    public static boolean beginsDatabase(ByteBuffer first) {
        return SqliteHeader.hasMagic(first);
    }

    /// The file beside a database with one of [#COMPANIONS] as its ending.
    static Path companion(Path database, String ending) {
        return database.resolveSibling(database.getFileName() + ending);
    }

    static String nameOf(Path file) {
        return FileNames.display(String.valueOf(file.getFileName()));
    }

    /// What the system says of a file, without following symbolic links.
    static FileStatus status(Path file) throws IOException {
        try (OpenDirectory parent = HostFiles.system().open(parentOf(file))) {
            return parent.status(String.valueOf(file.getFileName()));
        }
    }

    static String parentOf(Path absolute) {
        Path parent = absolute.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("no file: " + absolute);
        }
        return parent.toString();
    }

    /// Up to `bytes` bytes from `position`, fewer only at the end of the file.
    static ByteBuffer read(FileChannel from, long position, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining() && from.read(buffer, position + buffer.position()) >= 0) {
            // Short reads are legal.
        }
        return buffer.flip();
    }

    /// The real path of a database that is there, may be read, and is one.
    ///
    /// @throws HoldfastException.PreCheckFailed when a person must look at the path first
    static Path existing(Path given) throws IOException {
        Path real;
        try {
            real = given.toRealPath();
        } catch (NoSuchFileException e) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot back up " + given + ": there is no such file",
                    "check the path; it is taken relative to the current folder",
                    e);
        }
        if (Files.isDirectory(real)) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot back up " + given + " as a database: it is a folder",
                    "give the database file, or back the folder up as files");
        }
        if (!Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot back up " + given + " as a database: it is no regular file", "give the database file");
        }
        if (!Files.isReadable(real)) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot back up " + given + ": permission denied",
                    "run as a user who may read the file, for instance its owner");
        }
        try (RawFile raw = RawFile.open(real, StandardOpenOption.READ)) {
            if (raw.channel().size() > 0 && !beginsDatabase(read(raw.channel(), 0, SqliteHeader.MAGIC_BYTES))) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot back up " + given + " as a database: it is no SQLite 3 database, or an encrypted one",
                        "back it up as a plain file while nothing writes to it");
            }
        }
        return real;
    }
}
