package holdfast.repository;

import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which snapshots are meant, as restic's `--host`, `--tag` and `--path` say it. An empty list admits all.
///
/// @param hosts the snapshot is of one of these
/// @param tags the snapshot has all tags of one of these groups; the tag `""` stands for having none
/// @param paths the snapshot holds all of these
/// @param ids the snapshot is one of these, which somebody has looked up; null admits all
public record SnapshotFilter(
        List<String> hosts,
        List<List<String>> tags,
        List<String> paths,
        @Nullable Set<ObjectId> ids) {
    public static final SnapshotFilter ALL = new SnapshotFilter(List.of(), List.of(), List.of());

    public SnapshotFilter {
        hosts = List.copyOf(hosts);
        tags = tags.stream().map(List::copyOf).toList();
        paths = List.copyOf(paths);
        ids = ids == null ? null : Set.copyOf(ids);
    }

    public SnapshotFilter(List<String> hosts, List<List<String>> tags, List<String> paths) {
        this(hosts, tags, paths, null);
    }

    /// Those of them that are in the set.
    public SnapshotFilter among(Set<ObjectId> some) {
        return new SnapshotFilter(hosts, tags, paths, some);
    }

    public boolean admits(Snapshot snapshot) {
        return (hosts.isEmpty() || hosts.contains(snapshot.host()))
                && (tags.isEmpty() || tags.stream().anyMatch(group -> hasAll(snapshot, group)))
                && snapshot.paths().containsAll(paths)
                && (ids == null || ids.contains(snapshot.id()));
    }

    private static boolean hasAll(Snapshot snapshot, List<String> group) {
        return group.stream()
                .allMatch(tag -> tag.isEmpty()
                        ? snapshot.tags().isEmpty()
                        : snapshot.tags().contains(tag));
    }

    @Override
    public String toString() {
        return (hosts.isEmpty() ? "" : " host " + String.join(" or ", hosts))
                + (tags.isEmpty() ? "" : " tags " + tags)
                + (paths.isEmpty() ? "" : " paths " + String.join(", ", paths))
                + (ids == null ? "" : " with the label");
    }
}
