package holdfast.systest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The stock programs that tests run beside Holdfast.
final class Programs {
    private Programs() {}

    /// The program's path. A missing program is a failure: what was skipped would seem to have been proven.
    static String need(String name) {
        for (String folder : List.of(System.getenv().getOrDefault("PATH", "").split(":"))) {
            Path program = Path.of(folder, name);
            if (Files.isExecutable(program)) {
                return program.toString();
            }
        }
        throw new AssertionError(name + " is needed by this test and is not installed: run .ci/run once, or install it"
                + " by hand (Debian: apt-get install restic sqlite3 util-linux tmux groff-base)");
    }
}
