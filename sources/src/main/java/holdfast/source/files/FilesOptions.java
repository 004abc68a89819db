package holdfast.source.files;

import holdfast.model.PathPatterns;
import java.util.Set;

/// What of a tree is stored. The root itself always is. Immutable; begin with [#EVERYTHING].
///
/// @param includes when there are any, only what fits one, or lies in a directory that does, and the directories above
/// @param excludes what fits is left out, with all that lies below; wins over `includes`
/// @param markers directories that contain one are stored with nothing in them but the marker
/// @param oneFileSystem whether directories of other file systems are stored empty, and their files not at all
/// @param largestBytes greater files are left out
/// @param leaveOut absolute paths of files and directories to leave out, for instance the repository's own; a
///     directory is recognised by whichever way it is reached
public record FilesOptions(
        PathPatterns includes,
        PathPatterns excludes,
        Set<Marker> markers,
        boolean oneFileSystem,
        long largestBytes,
        Set<String> leaveOut) {
    public static final FilesOptions EVERYTHING =
            new FilesOptions(PathPatterns.NONE, PathPatterns.NONE, Set.of(), false, Long.MAX_VALUE, Set.of());

    public FilesOptions {
        markers = Set.copyOf(markers);
        leaveOut = Set.copyOf(leaveOut);
    }

    public FilesOptions withIncludes(PathPatterns patterns) {
        return new FilesOptions(patterns, excludes, markers, oneFileSystem, largestBytes, leaveOut);
    }

    public FilesOptions withExcludes(PathPatterns patterns) {
        return new FilesOptions(includes, patterns, markers, oneFileSystem, largestBytes, leaveOut);
    }

    public FilesOptions withMarkers(Set<Marker> present) {
        return new FilesOptions(includes, excludes, present, oneFileSystem, largestBytes, leaveOut);
    }

    public FilesOptions withOneFileSystem() {
        return new FilesOptions(includes, excludes, markers, true, largestBytes, leaveOut);
    }

    public FilesOptions withLargestBytes(long bytes) {
        return new FilesOptions(includes, excludes, markers, oneFileSystem, bytes, leaveOut);
    }

    public FilesOptions withLeaveOut(Set<String> paths) {
        return new FilesOptions(includes, excludes, markers, oneFileSystem, largestBytes, paths);
    }

    /// A file whose presence says that the rest of its directory is not worth a backup.
    ///
    /// @param header what the file must begin with; empty for any content
    public record Marker(String name, String header) {
        /// The mark of cache directories, from the Cache Directory Tagging Specification.
        public static final Marker CACHE = new Marker("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55");

        /// As `--exclude-if-present` takes it: `name` or `name:header`.
        public static Marker parse(String text) {
            int colon = text.indexOf(':');
            return colon < 0 ? new Marker(text, "") : new Marker(text.substring(0, colon), text.substring(colon + 1));
        }
    }
}
