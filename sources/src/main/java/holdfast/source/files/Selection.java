package holdfast.source.files;

import holdfast.io.posix.FileStatus;
import holdfast.io.posix.HostFiles;
import holdfast.io.posix.OpenDirectory;
import holdfast.io.posix.OpenFile;
import holdfast.model.NodeType;
import holdfast.source.files.FilesOptions.Marker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Decides what of a tree is stored. Used by the walking thread.
final class Selection {
    private record Identity(long deviceId, long inode) {}

    private final FilesOptions options;
    private final long rootDevice;
    private final Set<Identity> directoriesLeftOut = new HashSet<>();

    Selection(HostFiles files, FilesOptions options, long rootDevice) throws IOException {
        this.options = options;
        this.rootDevice = rootDevice;
        for (String path : options.leaveOut()) {
            try (OpenDirectory directory = files.open(path)) {
                FileStatus status = directory.status(".");
                if (status.inode() != 0) {
                    directoriesLeftOut.add(new Identity(status.deviceId(), status.inode()));
                }
            } catch (NoSuchFileException | NotDirectoryException _) {
                // a file, or not there yet: recognised by its path alone
            }
        }
    }

    /// Whether an entry is left out, with all below it.
    boolean excludes(String path, FileStatus status) {
        boolean directory = status.type() == NodeType.DIRECTORY;
        return (status.type() == NodeType.FILE && status.size() > options.largestBytes())
                || (!directory && foreign(status))
                || options.leaveOut().contains(path)
                || (directory && directoriesLeftOut.contains(new Identity(status.deviceId(), status.inode())))
                || options.excludes().matches(path, directory);
    }

    /// Whether everything below the root is included, but for what is excluded.
    boolean includesEverything() {
        return options.includes().isEmpty();
    }

    boolean includes(String path, FileStatus status) {
        return options.includes().matches(path, status.type() == NodeType.DIRECTORY);
    }

    /// Whether a node lies on another file system that is not to be entered.
    boolean foreign(FileStatus status) {
        return options.oneFileSystem() && status.deviceId() != rootDevice;
    }

    /// What of a directory's entries may be stored: the markers alone if there is one, else all.
    List<String> unmarked(OpenDirectory directory, List<String> names) throws IOException {
        if (options.markers().isEmpty()) {
            return names;
        }
        Set<String> here = new HashSet<>(names);
        List<String> found = options.markers().stream()
                .filter(marker -> here.contains(marker.name()) && marks(directory, marker))
                .map(Marker::name)
                .sorted()
                .toList();
        return found.isEmpty() ? names : found;
    }

    private static boolean marks(OpenDirectory directory, Marker marker) {
        if (marker.header().isEmpty()) {
            return true;
        }
        byte[] header = marker.header().getBytes(StandardCharsets.UTF_8);
        ByteBuffer start = ByteBuffer.allocate(header.length);
        try (OpenFile file = directory.read(marker.name())) {
            while (start.hasRemaining() && file.read(start, start.position()) > 0) {
                // go on until the header is complete or the file ends
            }
        } catch (IOException _) {
            return false;
        }
        return start.flip().equals(ByteBuffer.wrap(header));
    }
}
