package holdfast.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/// Writes files that are there whole or not at all, and stay there when the power fails: written
/// aside in the same folder, forced to disk, published under their name only if that is free, and
/// the folder forced to disk. Files are readable by their owner only (0400), folders are the
/// owner's (0700).
///
/// Stateless; safe for use by many threads and processes.
public final class DurableFiles {
    /// restic writes aside under names of this form too, so each tool knows the left-overs of the
    /// other.
    private static final String ASIDE = "-tmp-";

    private static final Pattern ASIDE_NAME = Pattern.compile(".+" + ASIDE + "[0-9a-f]+");

    /// A file aside that was not touched for so long belongs to nobody any more.
    private static final Duration LEFT_OVER_AGE = Duration.ofDays(1);

    /// Heap buffers pass through a direct buffer of this size; the JDK would otherwise keep one of
    /// the whole size.
    private static final int SLICE_BYTES = 1 << 18;

    private static final Object PUBLISHING = new Object();

    private DurableFiles() {}

    /// Writes `content` (from position to limit; the position does not change) to a new file. The
    /// folder must exist.
    ///
    /// @throws FileAlreadyExistsException when `target` exists
    /// @throws NoSuchFileException when the folder does not exist
    /// @throws IOException names the file and says why it could not be written; then `target` does
    ///     not exist, or, when only the last step failed, exists whole
    public static void write(Path target, ByteBuffer content) throws IOException {
        Path folder = folderOf(target);
        Path aside = aside(folder, target.getFileName().toString());
        try {
            refuseExisting(target);
            writeAside(aside, content.duplicate());
            publish(aside, target);
            forceFolder(folder);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (NoSuchFileException e) {
            throw missing(target, folder, e);
        } catch (IOException e) {
            throw new IOException("cannot write " + target + ": " + reason(e), e);
        }
    }

    /// A direct buffer, content of which goes to disk in the quickest way when it is written from
    /// the buffer's beginning.
    public static ByteBuffer buffer(int bytes) {
        return UncachedFiles.buffer(bytes);
    }

    private static Path aside(Path folder, String name) {
        return folder.resolve(name
                + ASIDE
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()));
    }

    private static void refuseExisting(Path target) throws FileAlreadyExistsException {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(target.toString());
        }
    }

    private static void writeAside(Path aside, ByteBuffer content) throws IOException {
        if (UncachedFiles.suits(content) && UncachedFiles.write(aside, content)) {
            return;
        }
        try {
            try (FileChannel file = create(aside)) {
                int end = content.limit();
                while (content.position() < end) {
                    content.limit(content.isDirect() ? end : Math.min(end, content.position() + SLICE_BYTES));
                    file.write(content);
                }
                file.force(true);
            }
        } catch (IOException e) {
            removeAside(aside, e);
            throw e;
        }
    }

    /// @param how besides creating and writing
    static FileChannel create(Path aside, OpenOption... how) throws IOException {
        Set<OpenOption> options = new HashSet<>(List.of(how));
        options.add(StandardOpenOption.CREATE_NEW);
        options.add(StandardOpenOption.WRITE);
        return FileChannel.open(aside, options, permissions(aside, "r--------"));
    }

    private static void publish(Path aside, Path target) throws IOException {
        try {
            if (link(aside, target)) {
                Files.delete(aside);
            } else {
                rename(aside, target);
            }
        } catch (IOException e) {
            removeAside(aside, e);
            throw e;
        }
    }

    /// Gives the file its name if nobody has it. A hard link is refused by the system when the name
    /// exists, a rename is not: it serves where there are no hard links, and there this process at
    /// least never races with itself.
    static void rename(Path aside, Path target) throws IOException {
        synchronized (PUBLISHING) {
            refuseExisting(target);
            Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /// False when the file system has no hard links.
    private static boolean link(Path aside, Path target) throws IOException {
        try {
            Files.createLink(target, aside);
            return true;
        } catch (UnsupportedOperationException _) {
            return false;
        } catch (FileAlreadyExistsException | NoSuchFileException | AccessDeniedException e) {
            throw e;
        } catch (FileSystemException _) {
            // file systems say it in many ways; if there is another reason, the rename will say it again
            return false;
        }
    }

    private static void removeAside(Path aside, IOException failure) {
        try {
            Files.deleteIfExists(aside);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /// Creates a folder and those above it that are missing, durably. A folder that exists is left
    /// as it is.
    public static void createFolders(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path parent = folder.toAbsolutePath().getParent();
        if (parent == null) {
            throw new NoSuchFileException(folder.toString());
        }
        createFolders(parent);
        createFolder(folder);
        forceFolder(parent);
    }

    /// Creates one folder, unless it exists; [#forceFolder] its parent afterwards.
    public static void createFolder(Path folder) throws IOException {
        try {
            Files.createDirectory(folder, permissions(folder, "rwx------"));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw new NotDirectoryException(folder.toString());
            }
        }
    }

    /// Makes what happened to a folder's names survive a power loss. File systems that cannot force
    /// a folder are trusted to do without.
    public static void forceFolder(Path folder) throws IOException {
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            String reason = reason(e);
            if (!reason.contains("Invalid argument") && !reason.contains("not supported")) {
                throw new IOException("cannot force folder " + folder + " to disk: " + reason, e);
            }
        }
    }

    /// Whether a file of this name is, or was, a file on its way to its real name.
    public static boolean isAside(String name) {
        return ASIDE_NAME.matcher(name).matches();
    }

    /// Removes from a folder what writers left that died more than a day ago. Only a tidying:
    /// whatever keeps it from being done (a read-only folder, another owner, somebody quicker) is
    /// no failure, the files just take room.
    public static void removeLeftOvers(Path folder) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(
                folder, file -> isAside(file.getFileName().toString()))) {
            FileTime limit = FileTime.from(now(folder).toInstant().minus(LEFT_OVER_AGE));
            for (Path file : files) {
                if (Files.getLastModifiedTime(file).compareTo(limit) < 0) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | DirectoryIteratorException _) {
            // as said above
        }
    }

    /// The time by the file system's own clock, which may be another machine's.
    private static FileTime now(Path folder) throws IOException {
        Path probe = aside(folder, "clock");
        create(probe).close();
        try {
            return Files.getLastModifiedTime(probe);
        } finally {
            Files.delete(probe);
        }
    }

    private static FileAttribute<?>[] permissions(Path path, String permissions) {
        boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static Path folderOf(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IllegalArgumentException("no file: " + file);
        }
        return folder;
    }

    private static IOException missing(Path target, Path folder, NoSuchFileException cause) {
        NoSuchFileException missing = new NoSuchFileException(folder.toString(), target.toString(), "no such folder");
        missing.initCause(cause);
        return missing;
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        String reason = e instanceof FileSystemException said ? said.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }
}
