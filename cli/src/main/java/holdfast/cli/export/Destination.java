package holdfast.cli.export;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/// Where an export goes. What is made lies in `work`, in the same file system, until it is whole;
/// a name is never taken from something else.
///
/// @param folder where it is to be in the end
/// @param work where it is made; whoever made this folder removes it
public record Destination(Path folder, Path work) {
    /// Refuses before anything is made.
    ///
    /// @throws HoldfastException.PreCheckFailed when there is something of one of the names
    public void requireFree(List<String> names) {
        for (String name : names) {
            Path path = folder.resolve(name);
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                throw exists(path);
            }
        }
    }

    private static HoldfastException exists(Path path) {
        return new HoldfastException.PreCheckFailed(
                "cannot export: " + path + " exists", "it is the same snapshot's; move it or choose another --output");
    }

    /// Gives a file its name, and makes a file beside it that `sha256sum -c` takes.
    ExportedFile withChecksum(WrittenFile file, String name) throws IOException {
        WrittenFile sum = WrittenFile.write(
                work.resolve(name + ".sha256"),
                out -> out.write((file.sha256() + "  " + name + "\n").getBytes(StandardCharsets.UTF_8)));
        ExportedFile exported = alone(file, name);
        place(sum.path(), name + ".sha256");
        return exported;
    }

    /// Gives a file its name.
    ExportedFile alone(WrittenFile file, String name) throws IOException {
        place(file.path(), name);
        return new ExportedFile(folder.resolve(name), file.bytes(), file.sha256());
    }

    private void place(Path from, String name) throws IOException {
        Path to = folder.resolve(name);
        try {
            Files.createLink(to, from); // which, unlike a move, replaces nothing
        } catch (UnsupportedOperationException e) {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException e) {
            throw exists(to);
        }
        force(folder);
    }

    /// Gives a folder its name.
    ExportedFile whole(Path from, String name) throws IOException {
        long bytes = 0;
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                bytes += Files.isRegularFile(path) ? Files.size(path) : 0;
                force(path);
            }
        }
        requireFree(List.of(name));
        Files.move(from, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        force(folder);
        return new ExportedFile(folder.resolve(name), bytes, "");
    }

    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
