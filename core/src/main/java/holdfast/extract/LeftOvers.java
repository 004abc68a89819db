package holdfast.extract;

import holdfast.io.posix.OpenDirectory;
import holdfast.model.NodeType;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The names of files that are not finished yet. They tell whose they are, so that the next restore into
/// the same directory can remove what a killed one left there.
final class LeftOvers {
    /// Ours, and the one that `holdfast.restore` gives to a database before it is swapped in.
    private static final Pattern NAMES =
            Pattern.compile("\\.(?:.*\\.)?holdfast-restore-(\\d{1,18})(?:-\\d+)?", Pattern.DOTALL);

    private LeftOvers() {}

    /// The temporary name of the file with this number in the plan.
    static String name(int index) {
        return ".holdfast-restore-" + ProcessHandle.current().pid() + "-" + index;
    }

    /// Removes what processes left that are gone. Another host's restore into the same directory at the
    /// same time would lose its file here and say so.
    ///
    /// @return how many
    static int remove(OpenDirectory directory) throws IOException {
        int removed = 0;
        for (String name : directory.names()) {
            Matcher matcher = NAMES.matcher(name);
            if (matcher.matches()
                    && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty()
                    && directory.status(name).type() == NodeType.FILE) {
                directory.deleteFile(name);
                removed++;
            }
        }
        return removed;
    }
}
