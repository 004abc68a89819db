package holdfast.source.postgres.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// Who a server runs as: PostgreSQL refuses to be root, so root lends it an account without rights.
/// Immutable.
///
/// @param lent whether it is another account than ours
record ServerAccount(boolean lent) {
    private static final String NOBODY = "nobody";

    static ServerAccount current() {
        return new ServerAccount("root".equals(System.getProperty("user.name")));
    }

    List<String> prefix() {
        return lent ? List.of("setpriv", "--reuid=" + NOBODY, "--regid=65534", "--clear-groups") : List.of();
    }

    /// Whether it gets to what lies in a folder.
    boolean mayEnter(Path folder) throws IOException {
        for (Path above = folder.toRealPath(); lent && above != null; above = above.getParent()) {
            if (!Files.getPosixFilePermissions(above).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                return false;
            }
        }
        return true;
    }

    /// To what lies in a folder that is not its own.
    void letThrough(Path folder) throws IOException {
        if (lent) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        }
    }

    void handOver(Path path) throws IOException {
        if (lent) {
            Files.setOwner(
                    path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(NOBODY));
        }
    }
}
