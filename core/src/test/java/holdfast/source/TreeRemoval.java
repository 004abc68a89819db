package holdfast.source;

import holdfast.io.posix.HostFiles;
import holdfast.io.posix.OpenDirectory;
import holdfast.model.NodeType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Removes what a test has made, even where paths are too long for anybody else, names are no text, or directories
/// forbid it.
public final class TreeRemoval {
    private TreeRemoval() {}

    /// Empties a directory. Not for trees deeper than some thousand levels.
    public static void empty(Path directory) throws IOException {
        try (OpenDirectory open =
                HostFiles.system().open(directory.toAbsolutePath().toString())) {
            empty(open);
        }
    }

    private static void empty(OpenDirectory directory) throws IOException {
        List<String> names = directory.names();
        if (!names.isEmpty()) {
            directory.setMode(".", 0700);
        }
        for (String name : names) {
            if (directory.status(name).type() == NodeType.DIRECTORY) {
                try (OpenDirectory below = directory.directory(name)) {
                    empty(below);
                }
                directory.deleteDirectory(name);
            } else {
                directory.deleteFile(name);
            }
        }
    }
}
