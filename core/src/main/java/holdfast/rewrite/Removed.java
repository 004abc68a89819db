package holdfast.rewrite;

import java.util.List;

/// What a rewritten snapshot lacks.
///
/// @param nodes all of them, files and folders and others
/// @param bytes logical size of the files
/// @param paths that fit a pattern, what lies below them not listed; a thousand at most
public record Removed(long nodes, long files, long bytes, List<String> paths) {
    public Removed {
        paths = List.copyOf(paths);
    }
}
