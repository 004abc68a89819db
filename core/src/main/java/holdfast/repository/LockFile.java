package holdfast.repository;

import holdfast.repository.json.BrokenFormatException;
import holdfast.repository.json.JsonIn;
import holdfast.repository.json.JsonOut;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The JSON of a lock.
///
/// @param time of the last refresh
record LockFile(Instant time, boolean exclusive, Client owner) {
    private static final long ID_MAX = 0xFFFF_FFFFL;

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

        private void read(String key, JsonIn in) throws BrokenFormatException {
            switch (key) {
                case "time" -> time = in.time();
                case "exclusive" -> exclusive = in.flag();
                case "hostname" -> host = in.string();
                case "username" -> user = in.string();
                case "pid" -> pid = in.number(Long.MAX_VALUE);
                case "uid" -> uid = in.number(ID_MAX);
                case "gid" -> gid = in.number(ID_MAX);
                default -> {}
            }
        }

        private LockFile lockFile() throws BrokenFormatException {
            if (time == null) {
                throw new BrokenFormatException("a lock without time");
            }
            return new LockFile(time, exclusive, new Client(host, user, uid, gid, pid));
        }
    }
}
