package holdfast.source.sqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A database file opened beside SQLite, without breaking SQLite's locks.
///
/// POSIX record locks belong to the process: closing *any* descriptor of a file drops every lock that the
/// process holds on it, SQLite's included (sqlite.org/howtocorrupt.html section 2.2). So whoever opens a
/// database, its `-shm`, or something that may be one, opens it here, and closes it only after its own SQLite
/// connection. When another part of this process still has the file open then, the descriptor is not closed
/// but set aside until it is the last one, which is what SQLite does with its own.
///
/// Safe for use by many threads.
final class RawFile implements AutoCloseable {
    private static final List<Path> DESCRIPTORS = List.of(Path.of("/proc/self/fd"), Path.of("/dev/fd"));

    private static final Map<Object, List<FileChannel>> SET_ASIDE = new HashMap<>();

    private final FileChannel channel;
    private final Object identity;
    private boolean closed;

    private RawFile(FileChannel channel, Object identity) {
        this.channel = channel;
        this.identity = identity;
    }

    /// @throws MovedException when another file took the path just now
    static RawFile open(Path file, OpenOption... options) throws IOException {
        synchronized (SET_ASIDE) {
            closeLastOnes();
        }
        Object identity = identity(file);
        RawFile opened = new RawFile(FileChannel.open(file, options), identity);
        Object after = identityOrNothing(file);
        if (!identity.equals(after)) {
            // Which of the two was opened cannot be told, so it can never be closed safely either.
            synchronized (SET_ASIDE) {
                SET_ASIDE.computeIfAbsent(opened, _ -> new ArrayList<>()).add(opened.channel);
            }
            throw new MovedException(file + " was replaced by another file");
        }
        return opened;
    }

    private static Object identityOrNothing(Path file) throws IOException {
        try {
            return identity(file);
        } catch (NoSuchFileException _) {
            return "";
        }
    }

    FileChannel channel() {
        return channel;
    }

    Object identity() {
        return identity;
    }

    /// The node a path leads to: equal for equal files, whatever their names.
    static Object identity(Path file) throws IOException {
        return Objects.requireNonNull(
                Files.readAttributes(file, BasicFileAttributes.class).fileKey(), "a file system without inodes");
    }

    @Override
    public void close() throws IOException {
        synchronized (SET_ASIDE) {
            if (closed) {
                return;
            }
            closed = true;
            SET_ASIDE.computeIfAbsent(identity, _ -> new ArrayList<>()).add(channel);
            closeLastOnes();
        }
    }

    /// Closes what was set aside and is now open nowhere else in this process.
    private static void closeLastOnes() throws IOException {
        if (SET_ASIDE.isEmpty()) {
            return;
        }
        Map<Object, Integer> open = openDescriptors();
        for (Iterator<Map.Entry<Object, List<FileChannel>>> each =
                        SET_ASIDE.entrySet().iterator();
                each.hasNext(); ) {
            Map.Entry<Object, List<FileChannel>> entry = each.next();
            if (open.getOrDefault(entry.getKey(), Integer.MAX_VALUE)
                    <= entry.getValue().size()) {
                each.remove();
                for (FileChannel last : entry.getValue()) {
                    last.close();
                }
            }
        }
    }

    /// How many descriptors this process has of each file; empty where the system does not tell.
    private static Map<Object, Integer> openDescriptors() throws IOException {
        Map<Object, Integer> count = new HashMap<>();
        for (Path folder : DESCRIPTORS) {
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (DirectoryStream<Path> numbers = Files.newDirectoryStream(folder)) {
                for (Path number : numbers) {
                    try {
                        count.merge(identity(number), 1, Integer::sum);
                    } catch (NoSuchFileException _) {
                        // Closed meanwhile, or the one that this listing itself used.
                    }
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
            return count;
        }
        return count;
    }

    /// Descriptors that are set aside at present; for tests.
    static int setAside() {
        synchronized (SET_ASIDE) {
            return SET_ASIDE.values().stream().mapToInt(List::size).sum();
        }
    }
}
