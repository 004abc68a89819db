package holdfast.model;

import java.time.Instant;
import java.util.List;

/// What the file system knows about a node beside its name and content.
///
/// @param mode permission bits with setuid, setgid and sticky: `st_mode & 07777`
/// @param mtime time of the last change of the content, to the nanosecond; may lie before 1970
/// @param uid numeric owner, 0 to 2^32-1
/// @param user owner's name on the host of the backup, empty when it had none
/// @param inode number of the inode, together with `deviceId` the identity by which hard links are found; 0 if
///     unknown
/// @param deviceId `st_dev` of the file system the node lies on
public record Attributes(
        int mode,
        Instant mtime,
        Instant atime,
        Instant ctime,
        long uid,
        long gid,
        String user,
        String group,
        long inode,
        long deviceId,
        List<ExtendedAttribute> extended) {
    public Attributes {
        extended = List.copyOf(extended);
    }
}
