package holdfast.systest;

import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.opentest4j.TestAbortedException;

/// The stock programs that tests run beside Holdfast.
final class Programs {
    private Programs() {}

    /// The program's path. Without it the test is skipped with a clear message, or fails when
    /// `HOLDFAST_TESTS_NEED_ALL` is set, as it is in continuous integration.
    static String need(String name) {
        for (String folder : List.of(System.getenv().getOrDefault("PATH", "").split(":"))) {
            Path program = Path.of(folder, name);
            if (Files.isExecutable(program)) {
                return program.toString();
            }
        }
        if (System.getenv("HOLDFAST_TESTS_NEED_ALL") != null) {
            fail(name + " is not installed; .ci/run installs it");
        }
        throw new TestAbortedException("skipped: " + name + " is not installed");
    }
}
