package holdfast.repository.json;

import holdfast.model.NodeType;

/// The bits of Go's `os.FileMode`, in which restic stores file modes. They are not those of `st_mode`.
final class GoMode {
    private static final long DIRECTORY = 1L << 31;
    private static final long SYMLINK = 1L << 27;
    private static final long DEVICE = 1L << 26;
    private static final long NAMED_PIPE = 1L << 25;
    private static final long SOCKET = 1L << 24;
    private static final long SETUID = 1L << 23;
    private static final long SETGID = 1L << 22;
    private static final long CHARACTER_DEVICE = 1L << 21;
    private static final long STICKY = 1L << 20;
    private static final long IRREGULAR = 1L << 19;

    private GoMode() {}

    /// @param mode permission bits as the system has them, `st_mode & 07777`
    static long of(NodeType type, int mode) {
        long bits = mode & 0777;
        bits |= (mode & 04000) == 0 ? 0 : SETUID;
        bits |= (mode & 02000) == 0 ? 0 : SETGID;
        bits |= (mode & 01000) == 0 ? 0 : STICKY;
        return bits
                | switch (type) {
                    case FILE -> 0;
                    case DIRECTORY -> DIRECTORY;
                    case SYMLINK -> SYMLINK;
                    case DEVICE -> DEVICE;
                    case CHARACTER_DEVICE -> DEVICE | CHARACTER_DEVICE;
                    case FIFO -> NAMED_PIPE;
                    case SOCKET -> SOCKET;
                    case IRREGULAR -> IRREGULAR;
                };
    }

    /// The permission bits, `st_mode & 07777`; the type stands in the node by name.
    static int permissions(long goMode) {
        return (int) (goMode & 0777)
                | ((goMode & SETUID) == 0 ? 0 : 04000)
                | ((goMode & SETGID) == 0 ? 0 : 02000)
                | ((goMode & STICKY) == 0 ? 0 : 01000);
    }
}
