package holdfast.repository;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Processes told apart for good, while the system gives their numbers to others again and again. Known on Linux
/// only: `BOOT/NAMESPACE/TICKS`, the boot of the system and the namespace in which the number counts, and when
/// after the boot the process began, which no setting of the clock changes.
final class RunningProcess {
    private static final Path PROC = Path.of("/proc");
    /// of the fields behind the program's name in `/proc/PID/stat`, see proc(5): field 22
    private static final int START_TIME = 19;
    /// state of a process that nobody has waited for yet
    private static final String ENDED = "Z";

    private RunningProcess() {}

    /// This process; empty where that is not known.
    static String self() {
        try {
            String boot =
                    Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
            Path namespace = Files.readSymbolicLink(PROC.resolve("self/ns/pid"));
            return boot + "/" + namespace + "/" + stat("self")[START_TIME];
        } catch (IOException notLinux) {
            return "";
        }
    }

    /// Whether the process with this number, as seen from here, is another one than `known`, has ended, or
    /// is none. False when it cannot be seen from here: in another container, on another host of the same
    /// name, before a boot.
    ///
    /// @param known from [#self] there
    /// @param self from [#self] here
    static boolean gone(String known, String self, long pid) {
        String place = self.substring(0, self.lastIndexOf('/') + 1);
        if (!known.startsWith(place)) {
            return false;
        }
        try {
            String[] stat = stat(Long.toString(pid));
            return stat[0].equals(ENDED) || !known.equals(place + stat[START_TIME]);
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException nobodyCanTell) {
            return false;
        }
    }

    /// The program's name is in parentheses and may hold anything, parentheses and spaces too.
    private static String[] stat(String process) throws IOException {
        String stat = Files.readString(PROC.resolve(process).resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", START_TIME + 2);
        if (fields.length <= START_TIME) {
            throw new IOException("no start time in " + stat);
        }
        return fields;
    }
}
