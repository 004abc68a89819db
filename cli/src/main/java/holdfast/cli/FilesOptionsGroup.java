package holdfast.cli;

import holdfast.cli.OptionValues.Bytes;
import holdfast.model.HoldfastException;
import holdfast.model.PathPatterns;
import holdfast.source.files.FilesOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say what of a file tree is stored.
final class FilesOptionsGroup {
    @Option(
            names = {"-e", "--exclude"},
            paramLabel = "PATTERN",
            description =
                    "Leave out what fits, for instance '*.tmp', '/var/cache' or '**/node_modules'; may be repeated")
    List<String> exclude = new ArrayList<>();

    @Option(
            names = "--exclude-file",
            paramLabel = "FILE",
            description = "Read such patterns from a file, one a line; '#' begins a comment, '!' takes back in")
    List<Path> excludeFile = new ArrayList<>();

    @Option(
            names = "--include",
            paramLabel = "PATTERN",
            description = "Store only what fits one of these; may be repeated")
    List<String> include = new ArrayList<>();

    @Option(
            names = "--exclude-if-present",
            paramLabel = "NAME[:HEADER]",
            description = "Leave out the rest of a folder that contains a file of this name")
    List<String> excludeIfPresent = new ArrayList<>();

    @Option(names = "--exclude-caches", description = "Leave out folders marked by a CACHEDIR.TAG file")
    boolean excludeCaches;

    @Option(names = "--exclude-larger-than", paramLabel = "SIZE", description = "Leave out larger files")
    @Nullable
    Bytes excludeLargerThan;

    @Option(
            names = {"-x", "--one-file-system"},
            description = "Do not go into other file systems")
    boolean oneFileSystem;

    /// @param leaveOut absolute paths that are never stored
    FilesOptions read(Path folder, Set<String> leaveOut) throws IOException {
        Set<FilesOptions.Marker> markers = new HashSet<>();
        excludeIfPresent.forEach(text -> markers.add(FilesOptions.Marker.parse(text)));
        if (excludeCaches) {
            markers.add(FilesOptions.Marker.CACHE);
        }
        FilesOptions options = FilesOptions.EVERYTHING
                .withExcludes(patterns(excludes(folder)))
                .withIncludes(patterns(include))
                .withMarkers(markers)
                .withLeaveOut(leaveOut);
        options = excludeLargerThan == null ? options : options.withLargestBytes(excludeLargerThan.count());
        return oneFileSystem ? options.withOneFileSystem() : options;
    }

    /// All patterns that leave something out, in the order in which they count.
    List<String> excludes(Path folder) throws IOException {
        List<String> all = new ArrayList<>();
        for (Path file : excludeFile) {
            all.addAll(PathPatterns.lines(Files.readString(folder.resolve(file), StandardCharsets.UTF_8)));
        }
        all.addAll(exclude);
        return all;
    }

    static PathPatterns patterns(List<String> patterns) {
        try {
            return PathPatterns.of(patterns);
        } catch (IllegalArgumentException e) {
            throw new HoldfastException.BadUsage(
                    "a pattern that cannot be meant: " + e.getMessage(), "see holdfast backup --help for examples");
        }
    }
}
