package holdfast.copy;

import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import java.time.Instant;
import java.util.List;

/// What makes two snapshots of different repositories the same: all that says what was backed up,
/// when, by whom, and how it is marked. Not what differs by nature: the file's id, the parent, the
/// first form, and who wrote it down.
///
/// @param paths sorted, as `tags`
record Identity(
        Instant time,
        ObjectId tree,
        String host,
        String username,
        long uid,
        long gid,
        List<String> paths,
        List<String> excludes,
        List<String> tags) {
    static Identity of(Snapshot snapshot) {
        return new Identity(
                snapshot.time(),
                snapshot.tree(),
                snapshot.host(),
                snapshot.username(),
                snapshot.uid(),
                snapshot.gid(),
                snapshot.paths().stream().sorted().toList(),
                snapshot.excludes(),
                snapshot.tags().stream().sorted().toList());
    }
}
