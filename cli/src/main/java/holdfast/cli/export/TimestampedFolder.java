package holdfast.cli.export;

import holdfast.cli.console.JsonText;
import holdfast.source.postgres.export.DumpFolder;
import holdfast.source.postgres.export.InsertStatements;
import holdfast.source.postgres.export.PlainSql;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The folder `YYYYMMDDHHMMSS`: definitions, INSERT statements of the tables that matter,
/// everything as one script, and a manifest with the checksum of each. Used by one thread.
public final class TimestampedFolder {
    /// What the manifest says besides.
    ///
    /// @param critical patterns of the tables that get INSERT statements
    public record About(String snapshot, Instant timestamp, String environment, String source, List<String> critical) {
        public About {
            critical = List.copyOf(critical);
        }
    }

    /// `manifest.json`. Tables stand in the order in which foreign keys want them loaded.
    record Manifest(
            int version,
            String snapshotId,
            Instant timestamp,
            String environment,
            String source,
            String serverVersion,
            List<File> files,
            List<Table> tables) {}

    record File(String name, long bytes, String sha256) {}

    record Table(String schema, String table, String file, long rows) {}

    private static final String MANIFEST = "manifest.json";
    private static final String SCHEMA = "create_schema.sql";
    private static final String EVERYTHING = "full_backup.sql";

    private final DumpFolder dump;
    private final PlainSql sql;
    private final About about;
    private final List<File> files = new ArrayList<>();
    private final Set<String> taken = new HashSet<>(Set.of(MANIFEST, SCHEMA, EVERYTHING));

    public TimestampedFolder(DumpFolder dump, PlainSql sql, About about) {
        this.dump = dump;
        this.sql = sql;
        this.about = about;
    }

    ExportedFile write(Destination destination, String name) throws IOException {
        List<DumpFolder.Table> critical = dump.matching(about.critical());
        Path folder = Files.createDirectory(destination.work().resolve("timestamped"));
        note(WrittenFile.write(folder.resolve(SCHEMA), out -> sql.write(PlainSql.Content.SCHEMA, out)));
        List<Table> tables = new ArrayList<>();
        for (DumpFolder.Table table : critical) {
            tables.add(inserts(table, folder));
        }
        note(WrittenFile.write(folder.resolve(EVERYTHING), out -> sql.write(PlainSql.Content.EVERYTHING, out)));
        Manifest manifest = new Manifest(
                1,
                about.snapshot(),
                about.timestamp(),
                about.environment(),
                about.source(),
                dump.toc().header().serverVersion(),
                files,
                tables);
        WrittenFile.write(
                folder.resolve(MANIFEST),
                out -> out.write((JsonText.of(manifest) + "\n").getBytes(StandardCharsets.UTF_8)));
        return destination.whole(folder, name);
    }

    private Table inserts(DumpFolder.Table table, Path folder) throws IOException {
        String schema = table.copy().schema();
        String name = fileName(schema, table.copy().table());
        String encoding = dump.encoding();
        long[] rows = new long[1];
        note(WrittenFile.write(folder.resolve(name), out -> {
            try (InputStream data = Files.newInputStream(table.file())) {
                rows[0] = InsertStatements.write(table.copy(), encoding, data, out);
            }
        }));
        return new Table(schema, table.copy().table(), name, rows[0]);
    }

    private void note(WrittenFile file) {
        files.add(new File(String.valueOf(file.path().getFileName()), file.bytes(), file.sha256()));
    }

    /// Safe in any file system, those that do not tell capitals from small letters included.
    private String fileName(String schema, String table) {
        String full = (schema.equals("public") ? "" : schema + ".") + table;
        String safe = full.replaceAll("[^A-Za-z0-9_.-]", "_").replaceFirst("^[.-]", "_");
        String name = safe + ".sql";
        for (int i = 2; !taken.add(name.toLowerCase(Locale.ROOT)); i++) {
            name = safe + "-" + i + ".sql";
        }
        return name;
    }
}
