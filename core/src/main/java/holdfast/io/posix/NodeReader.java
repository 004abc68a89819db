package holdfast.io.posix;

import holdfast.model.Attributes;
import holdfast.model.ExtendedAttribute;
import holdfast.model.Node;
import holdfast.model.NodeType;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Makes the node of a snapshot from what stands in the file system. Safe for use by many threads.
public final class NodeReader {
    private final HostFiles files;

    public NodeReader(HostFiles files) {
        this.files = files;
    }

    /// The node at an absolute path, which may be `/` and is not followed when it is a symbolic link.
    ///
    /// @param problems told of each attribute that cannot be read and is therefore missing
    public Node read(String absolutePath, Consumer<String> problems) throws IOException {
        int slash = absolutePath.lastIndexOf('/');
        String name = absolutePath.substring(slash + 1);
        try (OpenDirectory parent = files.open(absolutePath.substring(0, Math.max(slash, 1)))) {
            String looked = name.isEmpty() ? "." : name;
            return read(parent, looked, name, parent.status(looked), problems);
        }
    }

    /// The node of an entry whose status is known.
    ///
    /// @param entry an entry of `directory`, or `.` for itself
    /// @param name how the node is called in the snapshot
    /// @param problems told of each attribute that cannot be read and is therefore missing
    public Node read(OpenDirectory directory, String entry, String name, FileStatus status, Consumer<String> problems)
            throws IOException {
        NodeType type = status.type();
        boolean device = type == NodeType.DEVICE || type == NodeType.CHARACTER_DEVICE;
        return new Node(
                name,
                type,
                attributes(status, extended(directory, entry, problems)),
                type == NodeType.FILE ? status.size() : 0,
                type == NodeType.DIRECTORY ? 0 : status.links(),
                type == NodeType.SYMLINK ? directory.linkTarget(entry) : "",
                device ? status.device() : 0,
                List.of(),
                null);
    }

    /// Attributes for a status, with extended attributes that were read before.
    public Attributes attributes(FileStatus status, List<ExtendedAttribute> extended) {
        return new Attributes(
                status.mode(),
                status.mtime(),
                status.atime(),
                status.ctime(),
                status.uid(),
                status.gid(),
                files.userName(status.uid()),
                files.groupName(status.gid()),
                status.inode(),
                status.deviceId(),
                extended);
    }

    private static List<ExtendedAttribute> extended(OpenDirectory directory, String entry, Consumer<String> problems)
            throws IOException {
        List<String> names = directory.extendedAttributes(entry);
        if (names.isEmpty()) {
            return List.of();
        }
        List<ExtendedAttribute> extended = new ArrayList<>(names.size());
        for (String name : names) {
            try {
                extended.add(directory.extendedAttribute(entry, name));
            } catch (NoSuchFileException _) {
                // removed since it was listed: as if it had never been there
            } catch (FileSystemException e) {
                problems.accept("extended attribute " + name + ": " + e.getReason());
            }
        }
        return extended;
    }
}
