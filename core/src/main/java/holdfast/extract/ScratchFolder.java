package holdfast.extract;

import holdfast.io.posix.FileStatus;
import holdfast.io.posix.HostFiles;
import holdfast.io.posix.OpenDirectory;
import holdfast.model.NodeType;
import holdfast.repository.Client;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A private folder for what is needed only while this process works, removed with everything in it
/// on close. Making one, and closing it, is one thread's.
///
/// Should the process be killed, the next one that uses the same place removes what was left: a
/// folder of the same user whose `lock` nobody holds belongs to nobody.
public final class ScratchFolder implements AutoCloseable {
    /// What is done before an abandoned folder is removed, such as ending who still works in it.
    public interface Ending {
        void of(Path folder) throws IOException;
    }

    private static final Pattern NAME = Pattern.compile("\\.?holdfast-[a-z_]+-[0-9a-f]{8}");
    private static final String LOCK = "lock";
    private static final int ATTEMPTS = 10;
    private static final int MOST_REMOVED = 100;
    private static final int OTHERS_WRITE = 022;

    /// A folder, whatever path it was reached by.
    private record Place(long device, long inode) {
        static Place of(FileStatus status) {
            return new Place(status.deviceId(), status.inode());
        }
    }

    /// Folders of this process: their locks must not be tried, for the closing of any descriptor of a
    /// file drops the locks that the process has on it.
    private static final Set<Place> OWN = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final Place place;
    private final FileChannel lock;

    private ScratchFolder(Path folder, Place place, FileChannel lock) {
        this.folder = folder;
        this.place = place;
        this.lock = lock;
    }

    /// What dead processes left under the same prefix is removed first.
    ///
    /// @param within an existing directory, for instance the one for temporary files
    /// @param prefix such as `holdfast-sandbox-`
    public static ScratchFolder in(Path within, String prefix) throws IOException {
        removeAbandoned(within, prefix, _ -> {});
        SecureRandom random = new SecureRandom();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Path folder = within.resolve(prefix + HexFormat.of().toHexDigits(random.nextInt()));
            if (!NAME.matcher(String.valueOf(folder.getFileName())).matches()) {
                throw new IllegalArgumentException("not recognised when it is left behind: " + prefix);
            }
            ScratchFolder made = make(folder);
            if (made != null) {
                return made;
            }
        }
        throw new IOException("cannot lock a folder in it");
    }

    /// @return null when somebody who tidies up was quicker than the lock, and removes the folder
    private static @Nullable ScratchFolder make(Path folder) throws IOException {
        try {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException _) {
            return null;
        }
        try {
            Place place = Place.of(status(folder));
            return OWN.add(place) ? locked(folder, place) : null;
        } catch (NoSuchFileException _) {
            return null;
        }
    }

    private static @Nullable ScratchFolder locked(Path folder, Place place) throws IOException {
        FileChannel lock = null;
        boolean done = false;
        try {
            Path file = folder.resolve(LOCK);
            lock = tryLock(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
            done = lock != null && Files.exists(file, LinkOption.NOFOLLOW_LINKS);
            return lock != null && done ? new ScratchFolder(folder, place, lock) : null;
        } finally {
            if (!done) {
                OWN.remove(place);
                if (lock != null) {
                    lock.close();
                }
            }
        }
    }

    private static FileStatus status(Path folder) throws IOException {
        Path absolute = folder.toAbsolutePath();
        try (OpenDirectory above = HostFiles.system().open(String.valueOf(absolute.getParent()))) {
            return above.status(String.valueOf(absolute.getFileName()));
        }
    }

    public Path path() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        Path absolute = folder.toAbsolutePath();
        try (OpenDirectory above = HostFiles.system().open(String.valueOf(absolute.getParent()))) {
            remove(above, String.valueOf(absolute.getFileName()));
        } catch (NoSuchFileException _) {
            // somebody else has removed it
        } finally {
            lock.close();
            OWN.remove(place);
        }
    }

    /// Removes folders of this user that dead processes left, at most a hundred. Never fails, for it
    /// is no reason not to go on.
    ///
    /// @param prefix that of one kind, or `holdfast-` for all
    public static void removeAbandoned(Path within, String prefix, Ending ending) {
        long user = Client.current().uid();
        try (OpenDirectory above =
                HostFiles.system().open(within.toAbsolutePath().toString())) {
            above.names().stream()
                    .filter(name ->
                            name.startsWith(prefix) && NAME.matcher(name).matches())
                    .limit(MOST_REMOVED)
                    .forEach(name -> removeIfAbandoned(above, name, user, ending));
        } catch (IOException _) {
            // whoever wants to put something there is told
        }
    }

    private static void removeIfAbandoned(OpenDirectory above, String name, long user, Ending ending) {
        try {
            FileStatus status = above.status(name);
            Place place = Place.of(status);
            boolean ours =
                    status.type() == NodeType.DIRECTORY && status.uid() == user && (status.mode() & OTHERS_WRITE) == 0;
            if (ours && OWN.add(place)) {
                try {
                    removeUnlocked(above, name, ending);
                } finally {
                    OWN.remove(place);
                }
            }
        } catch (IOException | OverlappingFileLockException _) {
            // in use, or being removed by another process
        }
    }

    private static void removeUnlocked(OpenDirectory above, String name, Ending ending) throws IOException {
        Path folder = Path.of(above.path(), name);
        try (FileChannel lock = tryLock(folder.resolve(LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            if (lock != null) {
                ending.of(folder);
                remove(above, name);
            }
        } catch (NoSuchFileException _) {
            above.deleteDirectory(name); // killed before the lock was made, or after it was removed: then it is empty
        }
    }

    /// @return null when another process holds it
    private static @Nullable FileChannel tryLock(Path file, OpenOption... options) throws IOException {
        FileChannel channel = FileChannel.open(file, options);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
            return locked ? channel : null;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    /// The lock goes last, so that what a kill leaves is known again.
    private static void remove(OpenDirectory above, String name) throws IOException {
        try (OpenDirectory directory = above.directory(name)) {
            for (String entry : directory.names()) {
                if (!entry.equals(LOCK)) {
                    Removal.remove(directory, entry);
                }
            }
            directory.deleteFile(LOCK);
        }
        above.deleteDirectory(name);
    }
}
