package holdfast.io.posix;

import holdfast.model.NodeType;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;

/// Attributes of nodes by path, through the `unix` view of `java.nio` where there is one.
final class PortableAttributes {
    private static final LinkOption NO_FOLLOW = LinkOption.NOFOLLOW_LINKS;

    private PortableAttributes() {}

    static boolean unix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    static FileStatus status(Path path) throws IOException {
        if (!unix(path)) {
            return plain(Files.readAttributes(path, BasicFileAttributes.class, NO_FOLLOW));
        }
        Map<String, Object> all = Files.readAttributes(path, "unix:*", NO_FOLLOW);
        int mode = (Integer) value(all, "mode");
        long size = (Long) value(all, "size");
        return new FileStatus(
                Status.type(mode),
                mode & 07777,
                Integer.toUnsignedLong((Integer) value(all, "uid")),
                Integer.toUnsignedLong((Integer) value(all, "gid")),
                (Long) value(all, "ino"),
                (Long) value(all, "dev"),
                (Long) value(all, "rdev"),
                (Integer) value(all, "nlink"),
                size,
                size,
                ((FileTime) value(all, "lastModifiedTime")).toInstant(),
                ((FileTime) value(all, "lastAccessTime")).toInstant(),
                ((FileTime) value(all, "ctime")).toInstant());
    }

    private static Object value(Map<String, Object> all, String name) {
        Object value = all.get(name);
        if (value == null) {
            throw new IllegalStateException("the system tells no " + name);
        }
        return value;
    }

    /// Where there are no owners and modes, those of an ordinary file stand in.
    private static FileStatus plain(BasicFileAttributes all) {
        NodeType type = NodeType.IRREGULAR;
        if (all.isSymbolicLink()) {
            type = NodeType.SYMLINK;
        } else if (all.isDirectory()) {
            type = NodeType.DIRECTORY;
        } else if (all.isRegularFile()) {
            type = NodeType.FILE;
        }
        int mode = type == NodeType.DIRECTORY ? 0755 : 0644;
        Instant written = all.lastModifiedTime().toInstant();
        Instant read = all.lastAccessTime().toInstant();
        long size = all.size();
        return new FileStatus(type, mode, 0, 0, 0, 0, 0, 1, size, size, written, read, written);
    }

    static void setOwner(Path path, long uid, long gid) throws IOException {
        if (unix(path)) {
            Files.setAttribute(path, "unix:uid", (int) uid, NO_FOLLOW);
            Files.setAttribute(path, "unix:gid", (int) gid, NO_FOLLOW);
        }
    }

    static void setMode(Path path, int mode) throws IOException {
        NodeType type = status(path).type();
        if (type != NodeType.FILE && type != NodeType.DIRECTORY) {
            throw new FileSystemException(path.toString(), null, "the mode of this kind of node cannot be set here");
        }
        if (unix(path)) {
            Files.setAttribute(path, "unix:mode", mode & 07777, NO_FOLLOW);
        }
    }

    static void setTimes(Path path, Instant atime, Instant mtime) throws IOException {
        Files.getFileAttributeView(path, BasicFileAttributeView.class, NO_FOLLOW)
                .setTimes(FileTime.from(mtime), FileTime.from(atime), null);
    }
}
