package holdfast.io.posix;

import holdfast.model.ExtendedAttribute;
import holdfast.model.NodeType;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/// A directory, open: it stays the same one when it is renamed, and its entries are reached whatever the length of
/// their paths. Safe for use by many threads, but it must not be closed while one uses it.
///
/// A `name` is one component; a name that is empty, `..`, or holds a slash or a NUL is refused with an exception, so
/// that no tree can reach outside of it. Symbolic links are never followed. Where a name is only looked at or given
/// attributes, `.` is the directory itself.
///
/// Who restores attributes does so in this order, since each step may undo a later one: owner, extended attributes,
/// mode, times.
public sealed interface OpenDirectory extends AutoCloseable permits LinuxDirectory, PortableDirectory {
    /// The path by which it was reached, for messages.
    String path();

    /// The entries' names without `.` and `..`, in no particular order. Entries that come or go meanwhile may be
    /// missing.
    List<String> names() throws IOException;

    /// What kind of node a name is, without following it.
    FileStatus status(String name) throws IOException;

    /// Where a symbolic link points.
    String linkTarget(String name) throws IOException;

    /// Names of the extended attributes, sorted; none where the file system has no such thing.
    List<String> extendedAttributes(String name) throws IOException;

    /// @throws java.nio.file.NoSuchFileException also when the attribute is gone
    ExtendedAttribute extendedAttribute(String name, String attribute) throws IOException;

    /// Opens a directory below. The caller closes it.
    OpenDirectory directory(String name) throws IOException;

    /// Opens the directory above. It need not be the one through which this one was reached: either may have been moved
    /// since, so compare its status. The caller closes it.
    OpenDirectory parent() throws IOException;

    /// Opens a regular file for reading; whatever else stands there is refused and cannot hold us up. The time of the
    /// last access is left alone where that is permitted. The caller closes it.
    OpenFile read(String name) throws IOException;

    /// Opens an existing regular file for reading and writing. The caller closes it.
    OpenFile update(String name) throws IOException;

    /// Makes a new, empty file of mode 0600 and opens it for reading and writing. The caller closes it.
    ///
    /// @throws java.nio.file.FileAlreadyExistsException when anything has that name
    OpenFile create(String name) throws IOException;

    /// Makes a directory of mode 0700.
    void createDirectory(String name) throws IOException;

    void createSymbolicLink(String name, String target) throws IOException;

    /// Makes `name` one more name of an existing node, which may be of any kind but a directory.
    void createLink(String name, OpenDirectory directory, String existing) throws IOException;

    /// Makes a FIFO, socket or device of mode 0600.
    ///
    /// @param device `st_rdev` of a device, else 0
    void createSpecial(String name, NodeType type, long device) throws IOException;

    void setOwner(String name, long uid, long gid) throws IOException;

    /// Sets permission bits with setuid, setgid and sticky, regardless of the umask.
    ///
    /// @throws IOException also for symbolic links, which have none
    void setMode(String name, int mode) throws IOException;

    void setTimes(String name, Instant atime, Instant mtime) throws IOException;

    void setExtendedAttribute(String name, ExtendedAttribute attribute) throws IOException;

    void removeExtendedAttribute(String name, String attribute) throws IOException;

    /// Renames in one step, into this or another directory of the same file system.
    void rename(String name, OpenDirectory to, String newName, Replacing replacing) throws IOException;

    /// Removes anything but a directory.
    void deleteFile(String name) throws IOException;

    /// Removes an empty directory.
    void deleteDirectory(String name) throws IOException;

    /// Names made, removed or changed in this directory survive a loss of power after this.
    void force() throws IOException;

    /// Everything written to this directory's file system survives a loss of power after this: cheaper than forcing
    /// thousands of files one by one. Needs [Capability#FORCE_FILE_SYSTEM].
    void forceFileSystem() throws IOException;

    /// Bytes that this process may still write to the file system.
    long usableBytes() throws IOException;

    @Override
    void close() throws IOException;

    /// What a renaming does when the new name is taken.
    enum Replacing {
        /// Takes its place.
        REPLACE,
        /// Fails with a `FileAlreadyExistsException`.
        REFUSE,
        /// Both names are swapped; needs [Capability#EXCHANGE].
        EXCHANGE
    }
}
