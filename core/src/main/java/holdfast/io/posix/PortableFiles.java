package holdfast.io.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/// Files through `java.nio`, for systems whose kernel is not known here. What it cannot keep is said by
/// its capabilities, of which it has none: names that are no text are reported as missing; special
/// files cannot be made; times are set to the microsecond and not before 1970; only `user.` attributes
/// of files and directories are kept; holes are read as zeros; user and group names are not told;
/// between a look at a node and its opening another one can take its place.
final class PortableFiles implements HostFiles {
    static final PortableFiles INSTANCE = new PortableFiles();

    private PortableFiles() {}

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.noneOf(Capability.class);
    }

    @Override
    public OpenDirectory open(String absolutePath) throws IOException {
        Path path;
        try {
            path = Path.of(absolutePath);
        } catch (InvalidPathException e) {
            throw PortableDirectory.refused(absolutePath, e);
        }
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("no absolute path: " + absolutePath);
        }
        Path real = path.toRealPath();
        if (!Files.isDirectory(real)) {
            throw new NotDirectoryException(absolutePath);
        }
        return new PortableDirectory(real, Location.root(absolutePath));
    }

    @Override
    public String userName(long uid) {
        return "";
    }

    @Override
    public String groupName(long gid) {
        return "";
    }
}
