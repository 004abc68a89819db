package holdfast.source.postgres.mask;

import java.util.ArrayList;
import java.util.List;

/// Gathers what is wrong, so that it is told in one go; the first hundred at most. Used by one
/// thread.
final class Problems {
    private static final int MOST = 100;

    private final List<Problem> found = new ArrayList<>();

    void error(String place, String message, String hint) {
        add(new Problem(Problem.Severity.ERROR, place, message, hint));
    }

    void warning(String place, String message, String hint) {
        add(new Problem(Problem.Severity.WARNING, place, message, hint));
    }

    private void add(Problem problem) {
        // errors are never crowded out by warnings
        if (found.size() < MOST || (problem.severity() == Problem.Severity.ERROR && found.removeIf(Problems::warns))) {
            found.add(problem);
        }
    }

    private static boolean warns(Problem problem) {
        return problem.severity() == Problem.Severity.WARNING;
    }

    List<Problem> list() {
        return List.copyOf(found);
    }
}
