package holdfast.source.postgres.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A dump in a folder on disk.
public record FolderFiles(Path folder) implements ArchiveFiles {
    @Override
    public Optional<Long> size(String name) throws IOException {
        Path file = folder.resolve(name);
        return Files.isRegularFile(file) ? Optional.of(Files.size(file)) : Optional.empty();
    }

    @Override
    public InputStream open(String name, long offset) throws IOException {
        InputStream in = Files.newInputStream(folder.resolve(name));
        boolean done = false;
        try {
            in.skipNBytes(offset);
            done = true;
            return in;
        } finally {
            if (!done) {
                in.close();
            }
        }
    }
}
