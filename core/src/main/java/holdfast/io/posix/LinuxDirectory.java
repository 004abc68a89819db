package holdfast.io.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import holdfast.io.posix.Architecture.Call;
import holdfast.model.ExtendedAttribute;
import holdfast.model.FileNames;
import holdfast.model.NodeType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// A directory behind a descriptor; every name is looked up relative to it.
final class LinuxDirectory implements OpenDirectory {
    static final int CLOSE_ON_EXEC = 02000000;

    private static final int READ_WRITE = 02;
    private static final int CREATE_NEW = 0100 | 0200;
    private static final int NON_BLOCKING = 04000;
    private static final int NO_ATIME = 01000000;
    private static final int PATH_ONLY = 010000000;
    private static final int NO_FOLLOW_FLAG = 0x100;
    private static final int REMOVE_DIRECTORY = 0x200;
    private static final int CURRENT_DIRECTORY = -100;
    private static final int LISTING_BYTES = 64 << 10;
    private static final int ATTRIBUTE_BYTES = 64 << 10;
    private static final int TARGET_BYTES = 4 << 10;
    private static final int LARGE = 1 << 20;

    /// Extended attributes have no calls relative to a directory before Linux 6.13; `/proc` is the way around.
    private static final boolean PROC = Files.isDirectory(Path.of("/proc/self/fd"));

    private final Descriptor descriptor;
    private final Location at;

    LinuxDirectory(Descriptor descriptor, Location at) {
        this.descriptor = descriptor;
        this.at = at;
    }

    @Override
    public String path() {
        return at.toString();
    }

    /// `getdents64`: records of inode (8), offset (8), record length (2), type (1), name with NUL.
    @Override
    public synchronized List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        try (Kernel kernel = new Kernel()) {
            MemorySegment buffer = kernel.memory(LISTING_BYTES);
            Kernel.check(kernel.call(Call.LSEEK, descriptor.number(), 0, 0), at);
            while (true) {
                long filled = kernel.call(Call.GETDENTS, descriptor.number(), buffer.address(), LISTING_BYTES);
                if (Kernel.check(filled, at) == 0) {
                    return names;
                }
                for (long record = 0; record < filled; ) {
                    String name = FileNames.decode(untilNul(buffer, record + 19));
                    if (!name.equals(".") && !name.equals("..")) {
                        names.add(name);
                    }
                    record += Short.toUnsignedInt(buffer.get(JAVA_SHORT, record + 16));
                }
            }
        }
    }

    private static byte[] untilNul(MemorySegment buffer, long from) {
        long to = from;
        while (buffer.get(JAVA_BYTE, to) != 0) {
            to++;
        }
        return buffer.asSlice(from, to - from).toArray(JAVA_BYTE);
    }

    @Override
    public FileStatus status(String name) throws IOException {
        return Status.of(descriptor.number(), orSelf(name), at.child(name));
    }

    @Override
    public String linkTarget(String name) throws IOException {
        Location link = at.child(name);
        for (int bytes = TARGET_BYTES; ; bytes *= 2) {
            try (Kernel kernel = new Kernel()) {
                MemorySegment buffer = kernel.memory(bytes);
                long text = kernel.text(entry(name), link);
                long read = kernel.call(Call.READLINKAT, descriptor.number(), text, buffer.address(), bytes);
                if (Kernel.check(read, link) < bytes) {
                    return FileNames.decode(buffer.asSlice(0, read).toArray(JAVA_BYTE));
                }
            }
        }
    }

    @Override
    public List<String> extendedAttributes(String name) throws IOException {
        Location node = at.child(name);
        try (Kernel kernel = new Kernel()) {
            long path = kernel.text(throughProc(name), node);
            long bytes = kernel.call(Call.LLISTXATTR, path, 0, 0);
            if (bytes == 0 || bytes == -SystemErrors.NOT_SUPPORTED) {
                return List.of();
            }
            MemorySegment list = kernel.memory(ATTRIBUTE_BYTES);
            bytes = Kernel.check(kernel.call(Call.LLISTXATTR, path, list.address(), ATTRIBUTE_BYTES), node);
            List<String> names = new ArrayList<>();
            for (long from = 0; from < bytes; ) {
                byte[] attribute = untilNul(list, from);
                names.add(FileNames.decode(attribute));
                from += attribute.length + 1;
            }
            names.sort(FileNames::compare);
            return names;
        }
    }

    @Override
    public ExtendedAttribute extendedAttribute(String name, String attribute) throws IOException {
        Location node = at.child(name);
        try (Kernel kernel = new Kernel()) {
            long path = kernel.text(throughProc(name), node);
            long text = kernel.text(attribute, node);
            MemorySegment value = kernel.memory(ATTRIBUTE_BYTES);
            long bytes = kernel.call(Call.LGETXATTR, path, text, value.address(), ATTRIBUTE_BYTES);
            Kernel.check(bytes, node);
            return new ExtendedAttribute(attribute, value.asSlice(0, bytes).toArray(JAVA_BYTE));
        }
    }

    @Override
    public OpenDirectory directory(String name) throws IOException {
        Location below = at.child(name);
        int flags = Kernel.ARCHITECTURE.openDirectory;
        Descriptor opened = open(name, flags | NO_ATIME, 0);
        return new LinuxDirectory(opened, below);
    }

    @Override
    public OpenDirectory parent() throws IOException {
        Location above = at.parent() == null ? at.child("..") : at.parent();
        try (Kernel kernel = new Kernel()) {
            long text = kernel.text("..", above);
            int flags = CLOSE_ON_EXEC | Kernel.ARCHITECTURE.openDirectory;
            long opened = Kernel.check(kernel.call(Call.OPENAT, descriptor.number(), text, flags), above);
            return new LinuxDirectory(new Descriptor((int) opened), above);
        }
    }

    @Override
    public OpenFile read(String name) throws IOException {
        return regular(name, NO_ATIME);
    }

    @Override
    public OpenFile update(String name) throws IOException {
        return regular(name, READ_WRITE);
    }

    @Override
    public OpenFile create(String name) throws IOException {
        return new LinuxFile(open(name, READ_WRITE | CREATE_NEW, 0600), at.child(name));
    }

    private OpenFile regular(String name, int flags) throws IOException {
        Location where = at.child(name);
        LinuxFile file = new LinuxFile(open(name, flags | NON_BLOCKING, 0), where);
        try {
            FileStatus status = file.status();
            if (status.type() != NodeType.FILE) {
                throw new FileSystemException(where.toString(), null, "not a regular file");
            }
            if (status.size() >= LARGE) {
                file.readAhead();
            }
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /// Without following; `O_NOATIME` is left out where only the owner may ask for it.
    private Descriptor open(String name, int flags, int mode) throws IOException {
        try (Kernel kernel = new Kernel()) {
            Location where = at.child(name);
            long text = kernel.text(entry(name), where);
            int all = flags | CLOSE_ON_EXEC | Kernel.ARCHITECTURE.openNoFollow;
            long opened = kernel.call(Call.OPENAT, descriptor.number(), text, all, mode);
            if (opened == -SystemErrors.NOT_PERMITTED && (flags & NO_ATIME) != 0) {
                opened = kernel.call(Call.OPENAT, descriptor.number(), text, all & ~NO_ATIME, mode);
            }
            return new Descriptor((int) Kernel.check(opened, where));
        }
    }

    @Override
    public void createDirectory(String name) throws IOException {
        named(Call.MKDIRAT, entry(name), 0700, 0);
    }

    @Override
    public void createSymbolicLink(String name, String target) throws IOException {
        Location link = at.child(name);
        try (Kernel kernel = new Kernel()) {
            long from = kernel.text(target, link);
            long text = kernel.text(entry(name), link);
            Kernel.check(kernel.call(Call.SYMLINKAT, from, descriptor.number(), text), link);
        }
    }

    @Override
    public void createLink(String name, OpenDirectory directory, String existing) throws IOException {
        LinuxDirectory from = (LinuxDirectory) directory;
        Location link = at.child(name);
        try (Kernel kernel = new Kernel()) {
            long old = kernel.text(from.entry(existing), from.at.child(existing));
            long text = kernel.text(entry(name), link);
            long result = kernel.call(Call.LINKAT, from.descriptor.number(), old, descriptor.number(), text, 0);
            Kernel.check(result, link);
        }
    }

    @Override
    public void createSpecial(String name, NodeType type, long device) throws IOException {
        int format = switch (type) {
            case DEVICE -> 0060000;
            case CHARACTER_DEVICE -> 0020000;
            case FIFO -> 0010000;
            case SOCKET -> 0140000;
            case FILE, DIRECTORY, SYMLINK, IRREGULAR ->
                throw new IllegalArgumentException("not a special file: " + type);
        };
        named(Call.MKNODAT, entry(name), format | 0600, device);
    }

    @Override
    public void setOwner(String name, long uid, long gid) throws IOException {
        Location node = at.child(name);
        try (Kernel kernel = new Kernel()) {
            long text = kernel.text(orSelf(name), node);
            long result = kernel.call(Call.FCHOWNAT, descriptor.number(), text, uid, gid, NO_FOLLOW_FLAG);
            Kernel.check(result, node);
        }
    }

    /// `fchmodat` follows links, and its form that does not came only with Linux 6.6: the node is pinned first.
    @Override
    public void setMode(String name, int mode) throws IOException {
        Location node = at.child(name);
        try (Kernel kernel = new Kernel()) {
            long text = kernel.text(orSelf(name), node);
            int flags = PATH_ONLY | CLOSE_ON_EXEC | Kernel.ARCHITECTURE.openNoFollow;
            long opened = kernel.call(Call.OPENAT, descriptor.number(), text, flags);
            Descriptor pinned = new Descriptor((int) Kernel.check(opened, node));
            try {
                if (Status.of(pinned.number(), node).type() == NodeType.SYMLINK) {
                    throw new FileSystemException(node.toString(), null, "a symbolic link has no mode");
                }
                long way = PROC ? kernel.text("/proc/self/fd/" + pinned.number(), node) : text;
                int from = PROC ? CURRENT_DIRECTORY : descriptor.number();
                Kernel.check(kernel.call(Call.FCHMODAT, from, way, mode & 07777), node);
            } finally {
                pinned.close(node);
            }
        }
    }

    @Override
    public void setTimes(String name, Instant atime, Instant mtime) throws IOException {
        Location node = at.child(name);
        try (Kernel kernel = new Kernel()) {
            long text = kernel.text(orSelf(name), node);
            long times = LinuxFile.times(kernel, atime, mtime).address();
            Kernel.check(kernel.call(Call.UTIMENSAT, descriptor.number(), text, times, NO_FOLLOW_FLAG), node);
        }
    }

    @Override
    public void setExtendedAttribute(String name, ExtendedAttribute attribute) throws IOException {
        Location node = at.child(name);
        byte[] bytes = attribute.value();
        try (Kernel kernel = new Kernel()) {
            long path = kernel.text(throughProc(name), node);
            long text = kernel.text(attribute.name(), node);
            MemorySegment value = kernel.memory(bytes.length);
            MemorySegment.copy(bytes, 0, value, JAVA_BYTE, 0, bytes.length);
            Kernel.check(kernel.call(Call.LSETXATTR, path, text, value.address(), bytes.length, 0), node);
        }
    }

    @Override
    public void removeExtendedAttribute(String name, String attribute) throws IOException {
        Location node = at.child(name);
        try (Kernel kernel = new Kernel()) {
            long path = kernel.text(throughProc(name), node);
            Kernel.check(kernel.call(Call.LREMOVEXATTR, path, kernel.text(attribute, node)), node);
        }
    }

    @Override
    public void rename(String name, OpenDirectory to, String newName, Replacing replacing) throws IOException {
        LinuxDirectory target = (LinuxDirectory) to;
        Location node = replacing == Replacing.REFUSE ? target.at.child(newName) : at.child(name);
        int flags = switch (replacing) {
            case REPLACE -> 0;
            case REFUSE -> 1;
            case EXCHANGE -> 2;
        };
        try (Kernel kernel = new Kernel()) {
            long old = kernel.text(entry(name), node);
            long text = kernel.text(target.entry(newName), node);
            int from = descriptor.number();
            Kernel.check(kernel.call(Call.RENAMEAT2, from, old, target.descriptor.number(), text, flags), node);
        }
    }

    @Override
    public void deleteFile(String name) throws IOException {
        named(Call.UNLINKAT, entry(name), 0, 0);
    }

    @Override
    public void deleteDirectory(String name) throws IOException {
        named(Call.UNLINKAT, entry(name), REMOVE_DIRECTORY, 0);
    }

    @Override
    public void force() throws IOException {
        onSelf(Call.FSYNC, 0);
    }

    @Override
    public void forceFileSystem() throws IOException {
        onSelf(Call.SYNCFS, 0);
    }

    /// `struct statfs` of 64-bit systems: `f_bsize` at 8, `f_bavail` at 32, `f_frsize` at 72.
    @Override
    public long usableBytes() throws IOException {
        try (Kernel kernel = new Kernel()) {
            MemorySegment answer = kernel.memory(128);
            Kernel.check(kernel.call(Call.FSTATFS, descriptor.number(), answer.address()), at);
            long fragment = answer.get(JAVA_LONG, 72);
            return answer.get(JAVA_LONG, 32) * (fragment > 0 ? fragment : answer.get(JAVA_LONG, 8));
        }
    }

    private void named(Call call, String name, long c, long d) throws IOException {
        Location node = at.child(name);
        try (Kernel kernel = new Kernel()) {
            Kernel.check(kernel.call(call, descriptor.number(), kernel.text(name, node), c, d), node);
        }
    }

    private void onSelf(Call call, long b) throws IOException {
        try (Kernel kernel = new Kernel()) {
            Kernel.check(kernel.call(call, descriptor.number(), b), at);
        }
    }

    /// A way to a name in this directory that does not depend on the length of the path.
    private String throughProc(String name) throws IOException {
        return (PROC ? "/proc/self/fd/" + descriptor.number() : at.toString()) + "/" + orSelf(name);
    }

    private String orSelf(String name) throws FileSystemException {
        return name.equals(".") ? name : entry(name);
    }

    private String entry(String name) throws FileSystemException {
        return EntryNames.checked(name, at);
    }

    @Override
    public void close() throws IOException {
        descriptor.close(at);
    }
}
