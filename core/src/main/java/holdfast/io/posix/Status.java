package holdfast.io.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import holdfast.io.posix.Architecture.Call;
import holdfast.model.NodeType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Instant;

/// `statx(2)` and its structure, from the kernel's `include/uapi/linux/stat.h`; the same on every architecture.
final class Status {
    static final int TYPE_MASK = 0170000;
    private static final int BYTES = 256;
    private static final int BASIC = 0x7ff;
    private static final int EMPTY_PATH = 0x1000;
    private static final int NO_AUTOMOUNT = 0x800;
    private static final int NO_FOLLOW = 0x100;

    private Status() {}

    /// Of a name in an open directory.
    static FileStatus of(int directory, String name, Location at) throws IOException {
        return of(directory, name, NO_FOLLOW | NO_AUTOMOUNT, at);
    }

    /// Of an open file or directory.
    static FileStatus of(int descriptor, Location at) throws IOException {
        return of(descriptor, "", EMPTY_PATH, at);
    }

    private static FileStatus of(int directory, String name, int flags, Location at) throws IOException {
        try (Kernel kernel = new Kernel()) {
            MemorySegment answer = kernel.memory(BYTES);
            long text = kernel.text(name, at);
            Kernel.check(kernel.call(Call.STATX, directory, text, flags, BASIC, answer.address()), at);
            return parse(answer);
        }
    }

    private static FileStatus parse(MemorySegment x) {
        int mode = Short.toUnsignedInt(x.get(JAVA_SHORT, 28));
        return new FileStatus(
                type(mode),
                mode & 07777,
                Integer.toUnsignedLong(x.get(JAVA_INT, 20)),
                Integer.toUnsignedLong(x.get(JAVA_INT, 24)),
                x.get(JAVA_LONG, 32),
                device(x.get(JAVA_INT, 136), x.get(JAVA_INT, 140)),
                device(x.get(JAVA_INT, 128), x.get(JAVA_INT, 132)),
                Integer.toUnsignedLong(x.get(JAVA_INT, 16)),
                x.get(JAVA_LONG, 40),
                x.get(JAVA_LONG, 48) * 512,
                time(x, 112),
                time(x, 64),
                time(x, 96));
    }

    private static Instant time(MemorySegment x, long offset) {
        return Instant.ofEpochSecond(x.get(JAVA_LONG, offset), x.get(JAVA_INT, offset + 8));
    }

    /// As the C library's `makedev` packs it, which is what `stat` answers and restic stores.
    private static long device(int major, int minor) {
        long high = Integer.toUnsignedLong(major);
        long low = Integer.toUnsignedLong(minor);
        return ((high & 0xfffL) << 8) | ((high & ~0xfffL) << 32) | (low & 0xffL) | ((low & ~0xffL) << 12);
    }

    static NodeType type(int mode) {
        return switch (mode & TYPE_MASK) {
            case 0100000 -> NodeType.FILE;
            case 0040000 -> NodeType.DIRECTORY;
            case 0120000 -> NodeType.SYMLINK;
            case 0060000 -> NodeType.DEVICE;
            case 0020000 -> NodeType.CHARACTER_DEVICE;
            case 0010000 -> NodeType.FIFO;
            case 0140000 -> NodeType.SOCKET;
            default -> NodeType.IRREGULAR;
        };
    }
}
