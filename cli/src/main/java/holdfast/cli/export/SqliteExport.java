package holdfast.cli.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A SQLite database as one compressed file.
///
/// @param base without its endings
public record SqliteExport(Path database, Destination destination, String base) {
    /// The files it makes.
    public static java.util.List<String> names(String base) {
        return java.util.List.of(base + ".db.gz", base + ".db.gz.sha256");
    }

    public ExportedFile run() throws IOException {
        String name = base + ".db.gz";
        WrittenFile file = WrittenFile.compress(destination.work().resolve(name), out -> Files.copy(database, out));
        return destination.withChecksum(file, name);
    }
}
