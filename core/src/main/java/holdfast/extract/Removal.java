package holdfast.extract;

import holdfast.io.posix.HostFiles;
import holdfast.io.posix.OpenDirectory;
import holdfast.model.NodeType;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/// Removes a directory of ours with everything in it, whatever the names, depth and modes; never
/// follows a link.
public final class Removal {
    private Removal() {}

    /// @param directory absolute path of the directory that holds `name`
    public static void remove(HostFiles host, String directory, String name) throws IOException {
        try (OpenDirectory parent = host.open(directory)) {
            remove(parent, name);
        } catch (NoSuchFileException e) {
            // gone already
        }
    }

    static void remove(OpenDirectory parent, String name) throws IOException {
        if (parent.status(name).type() != NodeType.DIRECTORY) {
            parent.deleteFile(name);
            return;
        }
        parent.setMode(name, 0700);
        try (OpenDirectory directory = parent.directory(name)) {
            for (String entry : directory.names()) {
                remove(directory, entry);
            }
        }
        parent.deleteDirectory(name);
    }
}
