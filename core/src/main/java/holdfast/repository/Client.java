package holdfast.repository;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Who works with the repository, as lock files, key files and snapshots name it.
///
/// @param uid numeric user, 0 to 2^32-1; 0 where there is no such thing
/// @param process tells the process from a later one of the same number, see [RunningProcess]; empty when not known
public record Client(String host, String user, long uid, long gid, long pid, String process) {
    public Client(String host, String user, long uid, long gid, long pid) {
        this(host, user, uid, gid, pid, "");
    }

    /// This process.
    public static Client current() {
        return new Client(
                hostName(),
                System.getProperty("user.name", ""),
                identity("unix:uid"),
                identity("unix:gid"),
                ProcessHandle.current().pid(),
                RunningProcess.self());
    }

    private static String hostName() {
        try {
            // what gethostname(2) answers, without asking any name server
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException notLinux) {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return "localhost";
            }
        }
    }

    private static long identity(String attribute) {
        try {
            return Integer.toUnsignedLong((Integer) Files.getAttribute(Path.of("/proc/self"), attribute));
        } catch (IOException | UnsupportedOperationException notUnix) {
            return 0;
        }
    }
}
