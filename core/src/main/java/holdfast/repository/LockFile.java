package holdfast.repository;

import holdfast.model.ObjectId;
import holdfast.repository.json.BrokenFormatException;
import holdfast.repository.json.JsonIn;
import holdfast.repository.json.JsonOut;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The JSON of a lock.
///
/// @param time of the last refresh
/// @param own what only Holdfast writes; null in the lock of a stock restic, which skips the key
record LockFile(
        Instant time,
        boolean exclusive,
        Client owner,
        @Nullable Own own) {
    private static final long ID_MAX = 0xFFFF_FFFFL;

    /// The same in every renewal of a lock.
    ///
    /// @param session tells this lock from every other one
    /// @param since when it was first made
    /// @param marks that were there before it: whoever holds it relies on no pack that they name
    record Own(String session, Instant since, LockMode mode, List<ObjectId> marks) {
        Own {
            marks = List.copyOf(marks);
        }
    }

    LockFile renewed(Instant now) {
        return new LockFile(now, exclusive, owner, own);
    }

    /// Tells this lock from every other one; empty in a stock restic's.
    String session() {
        return own == null ? "" : own.session();
    }

    LockMode mode() {
        return own != null ? own.mode() : exclusive ? LockMode.EXCLUSIVE : LockMode.SHARED;
    }

    ByteBuffer write() {
        JsonOut out = JsonOut.compact().beginObject();
        out.key("time").time(time);
        out.key("exclusive").flag(exclusive);
        out.key("hostname").string(owner.host());
        out.key("username").string(owner.user());
        out.key("pid").number(owner.pid());
        if (owner.uid() != 0) {
            out.key("uid").number(owner.uid());
        }
        if (owner.gid() != 0) {
            out.key("gid").number(owner.gid());
        }
        if (own != null) {
            out.key("holdfast").beginObject();
            out.key("session").string(own.session());
            out.key("since").time(own.since());
            out.key("mode").string(own.mode().label());
            out.key("process").string(owner.process());
            out.key("marks").beginArray();
            own.marks().forEach(out::id);
            out.endArray().endObject();
        }
        return out.endObject().done();
    }

    static LockFile read(ByteBuffer json) throws BrokenFormatException {
        return JsonIn.read(json, in -> {
            Fields fields = new Fields();
            in.object(key -> fields.read(key, in));
            return fields.lockFile();
        });
    }

    /// A lock while it is being read.
    private static final class Fields {
        private @Nullable Instant time;
        private boolean exclusive;
        private String host = "";
        private String user = "";
        private long pid;
        private long uid;
        private long gid;
        private String session = "";
        private @Nullable Instant since;
        private @Nullable LockMode mode;
        private String process = "";
        private List<ObjectId> marks = List.of();

        private void read(String key, JsonIn in) throws BrokenFormatException {
            switch (key) {
                case "time" -> time = in.time();
                case "exclusive" -> exclusive = in.flag();
                case "hostname" -> host = in.string();
                case "username" -> user = in.string();
                case "pid" -> pid = in.number(Long.MAX_VALUE);
                case "uid" -> uid = in.number(ID_MAX);
                case "gid" -> gid = in.number(ID_MAX);
                case "holdfast" -> in.object(inner -> readOwn(inner, in));
                default -> {}
            }
        }

        private void readOwn(String key, JsonIn in) throws BrokenFormatException {
            switch (key) {
                case "session" -> session = in.string();
                case "since" -> since = in.time();
                case "mode" -> mode = LockMode.of(in.string()).orElse(null);
                case "process" -> process = in.string();
                case "marks" -> marks = in.ids();
                default -> {}
            }
        }

        private LockFile lockFile() throws BrokenFormatException {
            if (time == null) {
                throw new BrokenFormatException("a lock without time");
            }
            return new LockFile(time, exclusive, new Client(host, user, uid, gid, pid, process), own());
        }

        /// Null also for a mode that a later version may know: it is taken for a stock lock, which goes with less.
        private LockFile.@Nullable Own own() {
            return since == null || mode == null || session.isEmpty() || mode.exclusive() != exclusive
                    ? null
                    : new Own(session, since, mode, marks);
        }
    }
}
