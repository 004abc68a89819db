package holdfast.source.sqlite;

import holdfast.io.posix.FileStatus;
import holdfast.model.FileNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Names the processes that lock a database or have it open, as far as the system tells us: Linux, and only
/// what this user may see. Program names only; a command line may hold secrets.
final class LockHolders {
    private static final Path PROCESSES = Path.of("/proc");
    private static final int NAMED_MAX = 5;

    private LockHolders() {}

    /// Processes that hold any lock on the database or its wal-index, such as `sqlite3 (process 4711)`; empty
    /// text if none is known.
    static String locking(Path database) {
        SortedSet<Long> holders = new TreeSet<>();
        try {
            SortedSet<Long> inodes = inodes(database);
            for (String line : Files.readAllLines(PROCESSES.resolve("locks"), StandardCharsets.UTF_8)) {
                addHolder(line, inodes, holders);
            }
        } catch (IOException _) {
            return "";
        }
        return names(holders);
    }

    /// `1: POSIX  ADVISORY  READ 4711 fe:00:2171765 1073741826 1073742335`
    private static void addHolder(String line, SortedSet<Long> inodes, SortedSet<Long> holders) {
        String[] words = line.trim().split("\\s+", -1);
        if (words.length < 6 || !words[1].equals("POSIX")) {
            return;
        }
        String inode = words[5].substring(words[5].lastIndexOf(':') + 1);
        try {
            if (inodes.contains(Long.parseLong(inode))) {
                holders.add(Long.parseLong(words[4]));
            }
        } catch (NumberFormatException _) {
            // A blocked waiter's line has another shape.
        }
    }

    private static SortedSet<Long> inodes(Path database) throws IOException {
        SortedSet<Long> inodes = new TreeSet<>();
        inodes.add(SqliteFiles.status(database).inode());
        Path index = SqliteFiles.companion(database, "-shm");
        if (Files.exists(index)) {
            inodes.add(SqliteFiles.status(index).inode());
        }
        return inodes;
    }

    /// Processes other than this one that have the database file open; empty text if none is known. A
    /// connection in rollback mode that is idle holds no lock, and only this shows it.
    static String having(Path database) {
        SortedSet<Long> holders = new TreeSet<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROCESSES, "[1-9]*")) {
            FileStatus status = SqliteFiles.status(database);
            String target = database.toString();
            for (Path process : processes) {
                long number = Long.parseLong(String.valueOf(process.getFileName()));
                if (number != ProcessHandle.current().pid() && hasOpen(process, target, status)) {
                    holders.add(number);
                }
            }
        } catch (IOException | DirectoryIteratorException | NumberFormatException _) {
            return "";
        }
        return names(holders);
    }

    private static boolean hasOpen(Path process, String target, FileStatus status) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                try {
                    Path open = Files.readSymbolicLink(descriptor);
                    // The path is compared first, since asking for the status of any descriptor may block.
                    if (open.toString().equals(target)
                            && status.inode() == ((Number) Files.getAttribute(descriptor, "unix:ino")).longValue()) {
                        return true;
                    }
                } catch (IOException _) {
                    // Closed meanwhile.
                }
            }
        } catch (IOException | DirectoryIteratorException _) {
            // Ended meanwhile, or another user's.
        }
        return false;
    }

    private static String names(SortedSet<Long> processes) {
        processes.remove(ProcessHandle.current().pid());
        return processes.stream()
                .filter(process -> process > 0)
                .limit(NAMED_MAX)
                .map(process -> program(process) + " (process " + process + ")")
                .collect(Collectors.joining(", "));
    }

    private static String program(long process) {
        try {
            byte[] name = Files.readAllBytes(PROCESSES.resolve(process + "/comm"));
            int end = name.length;
            while (end > 0 && name[end - 1] == '\n') {
                end--;
            }
            return FileNames.display(FileNames.decode(Arrays.copyOf(name, end)));
        } catch (IOException _) {
            return "unknown";
        }
    }
}
