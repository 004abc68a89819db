package holdfast.backup;

import holdfast.source.Source;
import java.util.List;

/// What shall be backed up and how the snapshot shall be called.
///
/// @param sources one consistency set: all are fixed at one instant before any is read
/// @param paths the absolute paths that people gave, as restic lists and groups them
/// @param excludes patterns that were left out, for the record
/// @param label for instance `before-migration`; may be empty
/// @param reason why the backup is taken, in the operator's words; may be empty
/// @param parent which earlier snapshot tells what is unchanged
public record BackupRequest(
        List<Source> sources,
        List<String> paths,
        List<String> excludes,
        List<String> tags,
        String label,
        String reason,
        Parent parent) {
    /// How the parent snapshot is found.
    public sealed interface Parent {
        /// The newest snapshot of the same host and paths.
        record Latest() implements Parent {}

        /// None: every file is read.
        record None() implements Parent {}

        /// By the words a person gave: id prefix, `latest`, timestamp.
        record Named(String reference) implements Parent {}
    }

    public BackupRequest {
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("a backup needs a source");
        }
        sources = List.copyOf(sources);
        paths = paths.stream().distinct().sorted().toList();
        excludes = List.copyOf(excludes);
        tags = List.copyOf(tags);
    }
}
