package holdfast.repository.json;

import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Snapshot files as restic writes them.
public final class SnapshotJson {
    private static final long UID_MAX = 0xFFFF_FFFFL;

    private SnapshotJson() {}

    /// Everything but the id, which is the name of the file.
    public static ByteBuffer write(Snapshot snapshot) {
        JsonOut out = JsonOut.compact().beginObject();
        out.key("time").time(snapshot.time());
        id(out, "parent", snapshot.parent());
        out.key("tree").id(snapshot.tree());
        out.key("paths").strings(snapshot.paths());
        text(out, "hostname", snapshot.host());
        text(out, "username", snapshot.username());
        number(out, "uid", snapshot.uid());
        number(out, "gid", snapshot.gid());
        texts(out, "excludes", snapshot.excludes());
        texts(out, "tags", snapshot.tags());
        id(out, "original", snapshot.original());
        text(out, "program_version", snapshot.programVersion());
        Snapshot.Summary summary = snapshot.summary();
        if (summary != null) {
            out.key("summary");
            write(summary, out);
        }
        return out.endObject().done();
    }

    private static void write(Snapshot.Summary summary, JsonOut out) {
        out.beginObject();
        out.key("backup_start").time(summary.backupStart());
        out.key("backup_end").time(summary.backupEnd());
        out.key("files_new").number(summary.filesNew());
        out.key("files_changed").number(summary.filesChanged());
        out.key("files_unmodified").number(summary.filesUnmodified());
        out.key("dirs_new").number(summary.dirsNew());
        out.key("dirs_changed").number(summary.dirsChanged());
        out.key("dirs_unmodified").number(summary.dirsUnmodified());
        out.key("data_blobs").number(summary.dataBlobs());
        out.key("tree_blobs").number(summary.treeBlobs());
        out.key("data_added").number(summary.dataAdded());
        out.key("data_added_packed").number(summary.dataAddedPacked());
        out.key("total_files_processed").number(summary.totalFilesProcessed());
        out.key("total_bytes_processed").number(summary.totalBytesProcessed());
        out.endObject();
    }

    private static void id(JsonOut out, String key, @Nullable ObjectId id) {
        if (id != null) {
            out.key(key).id(id);
        }
    }

    private static void text(JsonOut out, String key, String text) {
        if (!text.isEmpty()) {
            out.key(key).string(text);
        }
    }

    private static void texts(JsonOut out, String key, List<String> texts) {
        if (!texts.isEmpty()) {
            out.key(key).strings(texts);
        }
    }

    private static void number(JsonOut out, String key, long number) {
        if (number != 0) {
            out.key(key).number(number);
        }
    }

    public static Snapshot read(ObjectId id, ByteBuffer json) throws BrokenFormatException {
        return JsonIn.read(json, in -> {
            Fields fields = new Fields();
            in.object(key -> fields.read(key, in));
            return fields.snapshot(id);
        });
    }

    /// A snapshot while it is being read.
    private static final class Fields {
        private @Nullable Instant time;
        private @Nullable ObjectId parent;
        private @Nullable ObjectId tree;
        private List<String> paths = List.of();
        private String host = "";
        private String username = "";
        private long uid;
        private long gid;
        private List<String> excludes = List.of();
        private List<String> tags = List.of();
        private @Nullable ObjectId original;
        private String programVersion = "";
        private Snapshot.@Nullable Summary summary;

        private void read(String key, JsonIn in) throws BrokenFormatException {
            switch (key) {
                case "time" -> time = in.time();
                case "parent" -> parent = in.isNull() ? null : in.id();
                case "tree" -> tree = in.id();
                case "paths" -> paths = in.strings();
                case "hostname" -> host = in.string();
                case "username" -> username = in.string();
                case "uid" -> uid = in.number(UID_MAX);
                case "gid" -> gid = in.number(UID_MAX);
                case "excludes" -> excludes = in.strings();
                case "tags" -> tags = in.strings();
                case "original" -> original = in.isNull() ? null : in.id();
                case "program_version" -> programVersion = in.string();
                case "summary" -> summary = in.isNull() ? null : new Counts().read(in);
                default -> {}
            }
        }

        private Snapshot snapshot(ObjectId id) throws BrokenFormatException {
            if (time == null || tree == null) {
                throw new BrokenFormatException("a snapshot without " + (time == null ? "time" : "tree"));
            }
            return new Snapshot(
                    id,
                    time,
                    tree,
                    paths,
                    host,
                    username,
                    uid,
                    gid,
                    excludes,
                    tags,
                    parent,
                    original,
                    programVersion,
                    summary);
        }
    }

    /// A summary while it is being read. Counts that are missing are 0.
    private static final class Counts {
        private static final List<String> NAMES = List.of(
                "files_new",
                "files_changed",
                "files_unmodified",
                "dirs_new",
                "dirs_changed",
                "dirs_unmodified",
                "data_blobs",
                "tree_blobs",
                "data_added",
                "data_added_packed",
                "total_files_processed",
                "total_bytes_processed");

        private Instant start = Instant.EPOCH;
        private Instant end = Instant.EPOCH;
        private final long[] counts = new long[NAMES.size()];

        private Snapshot.Summary read(JsonIn in) throws BrokenFormatException {
            in.object(key -> {
                int at = NAMES.indexOf(key);
                if (at >= 0) {
                    counts[at] = in.number(Long.MAX_VALUE);
                } else if (key.equals("backup_start")) {
                    start = in.time();
                } else if (key.equals("backup_end")) {
                    end = in.time();
                }
            });
            return new Snapshot.Summary(
                    start,
                    end,
                    counts[0],
                    counts[1],
                    counts[2],
                    counts[3],
                    counts[4],
                    counts[5],
                    counts[6],
                    counts[7],
                    counts[8],
                    counts[9],
                    counts[10],
                    counts[11]);
        }
    }
}
