package holdfast.io.posix;

import java.nio.file.FileSystemException;

/// Keeps every operation inside its directory.
final class EntryNames {
    private EntryNames() {}

    /// @return the name
    /// @throws FileSystemException when it is no single component
    static String checked(String name, Location directory) throws FileSystemException {
        boolean dots = name.equals(".") || name.equals("..");
        if (name.isEmpty() || dots || name.indexOf('/') >= 0 || name.indexOf('\0') >= 0) {
            throw new FileSystemException(directory.toString(), null, "not the name of an entry: '" + name + "'");
        }
        return name;
    }
}
