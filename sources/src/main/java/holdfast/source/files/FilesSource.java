package holdfast.source.files;

import holdfast.io.posix.FileStatus;
import holdfast.io.posix.HostFiles;
import holdfast.io.posix.OpenDirectory;
import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
import holdfast.model.SourceKind;
import holdfast.source.Capture;
import holdfast.source.Source;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/// A directory with all that lies below it, or a single file or link. Several roots are several sources; none may lie
/// within another.
///
/// A file tree has no instant: every file is stored as it is when its turn comes. What changes, vanishes or cannot be
/// read meanwhile is named among the failures; it is never silently half-stored.
public final class FilesSource implements Source {
    private final HostFiles files;
    private final String root;
    private final FilesOptions options;

    /// @param root absolute and normalised, without a trailing slash; not followed when it is a symbolic link
    public FilesSource(HostFiles files, String root, FilesOptions options) {
        boolean normal = root.equals("/") || (root.startsWith("/") && !(root + "/").matches("(?s).*/\\.{0,2}/.*"));
        if (!normal) {
            throw new IllegalArgumentException("no normalised absolute path: " + root);
        }
        this.files = files;
        this.root = root;
        this.options = options;
    }

    @Override
    public SourceKind kind() {
        return SourceKind.FILES;
    }

    @Override
    public String location() {
        return root;
    }

    @Override
    public Capture capture() throws IOException {
        int slash = root.lastIndexOf('/');
        String parent = root.substring(0, Math.max(slash, 1));
        OpenDirectory open;
        try {
            open = files.open(parent);
        } catch (NoSuchFileException | NotDirectoryException e) {
            throw missing(e);
        }
        try {
            String name = root.equals("/") ? "." : root.substring(slash + 1);
            FileStatus status = open.status(name);
            return new FilesCapture(files, root, options, open, status);
        } catch (NoSuchFileException e) {
            open.close();
            throw missing(e);
        } catch (IOException e) {
            open.close();
            throw e;
        }
    }

    private HoldfastException missing(IOException why) {
        return new HoldfastException.PreCheckFailed(
                "cannot back up " + FileNames.display(root) + ": no such file or directory",
                "check the path; a relative one is taken from the current directory",
                why);
    }
}
