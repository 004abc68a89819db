package holdfast.extract;

import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;

/// What went wrong, item by item; keeps the first [#KEPT] and counts the rest. Safe for use by many
/// threads.
final class Failures {
    private static final int KEPT = 1000;

    private final List<ExtractResult.Failure> kept = new ArrayList<>();
    private long count;

    synchronized void add(String path, String reason) {
        count++;
        if (kept.size() < KEPT) {
            kept.add(new ExtractResult.Failure(path, reason));
        }
    }

    void add(String path, Exception cause) {
        add(path, reason(cause));
    }

    static String reason(Exception cause) {
        if (cause instanceof FileSystemException system && system.getReason() != null) {
            return system.getReason();
        }
        if (cause instanceof FileSystemException || cause.getMessage() == null) {
            return cause.getClass()
                    .getSimpleName()
                    .replaceAll("([a-z])([A-Z])", "$1 $2")
                    .replace(" Exception", "");
        }
        return String.valueOf(cause.getMessage());
    }

    synchronized List<ExtractResult.Failure> list() {
        return List.copyOf(kept);
    }

    synchronized long count() {
        return count;
    }
}
