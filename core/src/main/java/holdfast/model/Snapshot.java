package holdfast.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One consistent copy of one or more sources at one instant, as restic's snapshot file describes
/// it.
///
/// @param id name of the snapshot's file; the SHA-256 of its sealed bytes
/// @param tree root tree
/// @param paths absolute paths that were backed up, sorted
/// @param parent snapshot that was used to find what is unchanged
/// @param original id of the first form of a snapshot that was rewritten
/// @param summary counts taken during the backup; null in snapshots of restic before 0.17
public record Snapshot(
        ObjectId id,
        Instant time,
        ObjectId tree,
        List<String> paths,
        String host,
        String username,
        long uid,
        long gid,
        List<String> excludes,
        List<String> tags,
        @Nullable ObjectId parent,
        @Nullable ObjectId original,
        String programVersion,
        @Nullable Summary summary) {
    /// The tag of what a restore has replaced.
    public static final String BEFORE_RESTORE = "before-restore";

    /// Counts of one backup, by restic's names.
    ///
    /// @param totalBytesProcessed logical bytes of all files
    /// @param dataAdded bytes of new blobs before compression
    /// @param dataAddedPacked bytes of new blobs as stored
    public record Summary(
            Instant backupStart,
            Instant backupEnd,
            long filesNew,
            long filesChanged,
            long filesUnmodified,
            long dirsNew,
            long dirsChanged,
            long dirsUnmodified,
            long dataBlobs,
            long treeBlobs,
            long dataAdded,
            long dataAddedPacked,
            long totalFilesProcessed,
            long totalBytesProcessed) {}

    /// The id of its first form: its own, unless it was rewritten.
    public ObjectId firstForm() {
        return original == null ? id : original;
    }

    /// The same backup in another form, under the id that it has now.
    public Snapshot with(
            ObjectId newTree,
            List<String> newTags,
            @Nullable ObjectId newParent,
            ObjectId newOriginal,
            @Nullable Summary newSummary) {
        return new Snapshot(
                id,
                time,
                newTree,
                paths,
                host,
                username,
                uid,
                gid,
                excludes,
                newTags,
                newParent,
                newOriginal,
                programVersion,
                newSummary);
    }

    public Snapshot {
        paths = List.copyOf(paths);
        excludes = List.copyOf(excludes);
        tags = List.copyOf(tags);
    }
}
