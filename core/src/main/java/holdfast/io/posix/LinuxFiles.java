package holdfast.io.posix;

import holdfast.io.posix.Architecture.Call;
import holdfast.model.FileNames;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/// Files through the calls of the Linux kernel.
final class LinuxFiles implements HostFiles {
    static final LinuxFiles INSTANCE = new LinuxFiles();

    /// `PATH_MAX` is 4096 with the NUL; a longer path is walked in pieces.
    private static final int LONGEST_PIECE = 4000;

    private static final int CURRENT_DIRECTORY = -100;

    private final Accounts users = Accounts.users();
    private final Accounts groups = Accounts.groups();

    private LinuxFiles() {}

    static boolean supported() {
        return Architecture.current() != null;
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.allOf(Capability.class);
    }

    @Override
    public OpenDirectory open(String absolutePath) throws IOException {
        if (!absolutePath.startsWith("/")) {
            throw new IllegalArgumentException("no absolute path: " + absolutePath);
        }
        Location at = Location.root(absolutePath);
        if (FileNames.encode(absolutePath).length <= LONGEST_PIECE) {
            return new LinuxDirectory(open(CURRENT_DIRECTORY, absolutePath, at), at);
        }
        Descriptor reached = open(CURRENT_DIRECTORY, "/", at);
        for (String name : absolutePath.split("/")) {
            if (!name.isEmpty()) {
                try {
                    Descriptor next = open(reached.number(), name, at);
                    reached.close(at);
                    reached = next;
                } catch (IOException e) {
                    reached.close(at);
                    throw e;
                }
            }
        }
        return new LinuxDirectory(reached, at);
    }

    private static Descriptor open(int directory, String path, Location at) throws IOException {
        try (Kernel kernel = new Kernel()) {
            int flags = LinuxDirectory.CLOSE_ON_EXEC | Kernel.ARCHITECTURE.openDirectory;
            long opened = kernel.call(Call.OPENAT, directory, kernel.text(path, at), flags);
            return new Descriptor((int) Kernel.check(opened, at));
        }
    }

    @Override
    public String userName(long uid) {
        return users.name(uid);
    }

    @Override
    public String groupName(long gid) {
        return groups.name(gid);
    }
}
