package holdfast.cli.export;

import holdfast.source.postgres.ClientPrograms;
import holdfast.source.postgres.export.DumpFolder;
import holdfast.source.postgres.export.PlainSql;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A PostgreSQL database in one of several formats. Used by one thread.
///
/// @param folder the dump as the snapshot has it, apart from what is not `pg_dump`'s
/// @param base name without endings
public record PostgresExport(Path folder, ClientPrograms programs, Destination destination, String base) {
    /// The names it takes in the destination.
    public static List<String> names(ExportFormat format, String base) {
        return switch (format) {
            case FILE, GZIP -> List.of(base + ".sql.gz", base + ".sql.gz.sha256");
            case PLAIN -> List.of(base + ".sql");
            case DIRECTORY, TIMESTAMPED -> List.of(base);
        };
    }

    /// @param about for the manifest of the format TIMESTAMPED
    public ExportedFile run(ExportFormat format, TimestampedFolder.About about) throws IOException {
        if (format == ExportFormat.DIRECTORY) {
            return destination.whole(folder, base);
        }
        DumpFolder dump = DumpFolder.open(folder);
        dump.requireRowsOnly();
        PlainSql sql = new PlainSql(programs.restoring(dump.toc().header()), dump, destination.work());
        return switch (format) {
            case PLAIN -> {
                Path file = destination.work().resolve(base + ".sql");
                yield destination.alone(
                        WrittenFile.write(file, out -> sql.write(PlainSql.Content.EVERYTHING, out)), base + ".sql");
            }
            case TIMESTAMPED -> new TimestampedFolder(dump, sql, about).write(destination, base);
            default -> {
                Path file = destination.work().resolve(base + ".sql.gz");
                yield destination.withChecksum(
                        WrittenFile.compress(file, out -> sql.write(PlainSql.Content.EVERYTHING, out)),
                        base + ".sql.gz");
            }
        };
    }
}
