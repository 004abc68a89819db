package holdfast.io.posix;

import java.io.IOException;
import java.util.Set;

/// The files of this host. Safe for use by many threads.
///
/// Failures are `java.nio.file` exceptions that name the path and the system's reason: `NoSuchFileException`,
/// `AccessDeniedException`, `FileAlreadyExistsException`, `DirectoryNotEmptyException`, `NotDirectoryException`, else
/// `FileSystemException`. Names and paths are strings as [holdfast.model.FileNames] decodes them.
public sealed interface HostFiles permits LinuxFiles, PortableFiles {
    /// The best access that this system offers.
    static HostFiles system() {
        return LinuxFiles.supported() ? LinuxFiles.INSTANCE : PortableFiles.INSTANCE;
    }

    Set<Capability> capabilities();

    /// Opens a directory by its absolute path, of any length; symbolic links are followed, as a person expects of a
    /// path given by hand. The caller closes it.
    OpenDirectory open(String absolutePath) throws IOException;

    /// The name of a user of this host, empty if the number has none. Remembered for the life of the process.
    String userName(long uid);

    /// The name of a group of this host, empty if the number has none. Remembered for the life of the process.
    String groupName(long gid);
}
