package holdfast.source.files;

import holdfast.io.posix.HostFiles;
import holdfast.io.posix.OpenDirectory;
import java.io.IOException;
import java.nio.file.Path;

/// Builds very deep trees.
final class Levels {
    private Levels() {}

    /// Directories called `level`, one in the other, each with a file before it and one behind it.
    static void build(Path root, int depth) throws IOException {
        OpenDirectory at = HostFiles.system().open(root.toString());
        for (int level = 0; level < depth; level++) {
            at.createDirectory("level");
            OpenDirectory below = at.directory("level");
            at.close();
            at = below;
            at.create("aa").close();
            at.create("zz").close();
        }
        at.close();
    }
}
