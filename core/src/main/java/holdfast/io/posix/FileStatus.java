package holdfast.io.posix;

import holdfast.model.NodeType;
import java.time.Instant;

/// What `stat` says of one node. Times are exact to the nanosecond and may lie before 1970.
///
/// @param mode permission bits with setuid, setgid and sticky: `st_mode & 07777`
/// @param deviceId `st_dev`: the file system the node lies on
/// @param device `st_rdev`: what a device node stands for, else 0
/// @param allocated bytes that the content takes on the disk; less than `size` where there are holes
public record FileStatus(
        NodeType type,
        int mode,
        long uid,
        long gid,
        long inode,
        long deviceId,
        long device,
        long links,
        long size,
        long allocated,
        Instant mtime,
        Instant atime,
        Instant ctime) {
    /// Whether both describe the same node, whatever has become of it meanwhile.
    public boolean sameNode(FileStatus other) {
        return inode == other.inode && deviceId == other.deviceId && type == other.type;
    }

    /// Whether the content is taken to be the same as it was at `other`: nothing was written in between.
    public boolean sameContent(FileStatus other) {
        return sameNode(other) && size == other.size && mtime.equals(other.mtime) && ctime.equals(other.ctime);
    }
}
