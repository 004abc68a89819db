package holdfast.systest;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.source.NastyTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A user who may not do everything: whoever runs the tests, or the user nobody when that is root, whom nothing
/// stops.
final class Commoner {
    private static final List<String> BECOME =
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--");

    private Commoner() {}

    /// Has the program run by that user, in a place that is given to them.
    static Holdfast runs(Holdfast holdfast, Workplace place) throws IOException {
        if (!NastyTree.isRoot()) {
            return holdfast;
        }
        Programs.need("setpriv");
        assumeTrue(everybodyMayUse(HoldfastProcess.root()), "NEEDS a working copy that every user may read");
        place.run("chown", "-R", "65534:65534", place.folder().toString());
        return holdfast.by(BECOME);
    }

    private static boolean everybodyMayUse(Path folder) throws IOException {
        for (Path at = folder; at != null; at = at.getParent()) {
            if ((int) Files.getAttribute(at, "unix:mode") % 2 == 0) {
                return false;
            }
        }
        return true;
    }

    /// Takes a file or folder away from that user. A file of root's would stay root's by its mode alone.
    static void deny(Workplace place, String name) {
        if (NastyTree.isRoot()) {
            place.run("chown", "0:0", place.path(name).toString());
        }
        place.run("chmod", "go=,u=", place.path(name).toString());
    }
}
