package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Sizes;
import holdfast.cli.export.Destination;
import holdfast.cli.export.ExportFormat;
import holdfast.cli.export.ExportNames;
import holdfast.cli.export.ExportedFile;
import holdfast.cli.export.PostgresExport;
import holdfast.cli.export.SqliteExport;
import holdfast.cli.export.TimestampedFolder;
import holdfast.extract.ScratchFolder;
import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.Snapshot;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.repository.Manifests;
import holdfast.source.postgres.ClientPrograms;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description = {
            "Write the databases of a snapshot as plain files that need no Holdfast.",
            "",
            "The content is checked against the snapshot first; the timestamp is the snapshot's, in UTC. A SQLite"
                    + " database becomes backup_sqlite_TIMESTAMP.db.gz in every format. A PostgreSQL database becomes",
            "  file, gzip    backup_postgres_TIMESTAMP.sql.gz for psql, with its .sha256 beside it",
            "  plain         backup_postgres_TIMESTAMP.sql for psql",
            "  directory     backup_postgres_TIMESTAMP, a folder for pg_restore",
            "  timestamped   YYYYMMDDHHMMSS, a folder with manifest.json, create_schema.sql, full_backup.sql and a"
                    + " file of INSERT statements for each table that --critical names",
            "SQL is written by the pg_restore of this machine that is nearest to the server's version."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast export --output /srv/export",
            "  cd /srv/export && sha256sum -c backup_sqlite_20260301_020000.db.gz.sha256",
            "  holdfast export --format directory --output /srv/export     for pg_restore --jobs=4",
            "  holdfast export --format timestamped --critical orders --critical 'billing.*'"
        })
final class ExportCommand implements Callable<Integer> {
    /// What `export --json` prints.
    record Document(String messageType, String snapshotId, List<FileDocument> files) {}

    /// @param path of the file or folder
    /// @param sha256 empty for a folder
    record FileDocument(String source, String path, long bytes, String sha256) {}

    private final Session session;

    @Parameters(
            arity = "0..1",
            paramLabel = "SNAPSHOT",
            description = "latest, an id or its beginning, or a time. Default: latest")
    private String reference = "latest";

    @Mixin
    private final SnapshotFilterOptions filter = new SnapshotFilterOptions();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "file, gzip, plain, directory or timestamped. Default: file")
    private ExportFormat format = ExportFormat.FILE;

    @Option(
            names = "--critical",
            paramLabel = "PATTERN",
            description =
                    "Tables that get INSERT statements with --format timestamped, as in psql's \\d; may be repeated."
                            + " Default: those that the backup has marked as critical")
    private List<String> critical = new ArrayList<>();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            description = "Where to. Default: the current folder")
    private Path output = Path.of("");

    ExportCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        if (!critical.isEmpty() && format != ExportFormat.TIMESTAMPED) {
            throw new HoldfastException.BadUsage(
                    "--critical is given, and only --format timestamped has INSERT statements",
                    "add --format timestamped, or leave --critical out");
        }
        try (OpenRepository open = session.open();
                HeldLock lock = open.lockToRead()) {
            Snapshot snapshot = open.repository().find(reference, filter.filter(open.repository()), session.zone());
            Optional<Manifest> manifest = Manifests.read(open.repository(), snapshot);
            List<SourceRecord> databases = manifest.map(Manifest::sources).stream()
                    .flatMap(List::stream)
                    .filter(source -> source.kind() != SourceKind.FILES)
                    .toList();
            if (databases.isEmpty()) {
                throw new HoldfastException.PreCheckFailed(
                        "snapshot " + snapshot.id().brief() + " holds no database to export",
                        "files are brought back by 'holdfast restore --target'");
            }
            Run run = new Run(
                    new DatabaseExtract(session, open, snapshot),
                    manifest.map(Manifest::environment).orElse(""),
                    new ExportNames(snapshot.time(), databases.size() > 1));
            List<FileDocument> files = run.all(databases);
            lock.check();
            session.console().document(new Document("export", snapshot.id().hex(), files));
            return ExitCode.DONE;
        }
    }

    /// One export of several databases.
    private final class Run {
        private final DatabaseExtract restore;
        private final String environment;
        private final ExportNames names;

        private Run(DatabaseExtract restore, String environment, ExportNames names) {
            this.restore = restore;
            this.environment = environment;
            this.names = names;
        }

        private List<FileDocument> all(List<SourceRecord> databases) throws IOException {
            Path folder = Files.createDirectories(session.world().folder().resolve(output));
            List<FileDocument> files = new ArrayList<>();
            for (SourceRecord database : databases) {
                try (ScratchFolder work = ScratchFolder.in(folder, ".holdfast-export-")) {
                    ExportedFile file = one(database, new Destination(folder, work.path()));
                    files.add(
                            new FileDocument(database.location(), file.path().toString(), file.bytes(), file.sha256()));
                    session.console()
                            .line(Console.safe(database.location()) + " -> "
                                    + Console.safe(file.path().toString()) + ", " + Sizes.format(file.bytes()));
                }
            }
            return files;
        }

        private ExportedFile one(SourceRecord database, Destination destination) throws IOException {
            if (database.kind() == SourceKind.SQLITE) {
                String base = names.file("sqlite", database.path());
                destination.requireFree(SqliteExport.names(base));
                Path file = restore.sqlite(database, destination.work());
                return new SqliteExport(file, destination, base).run();
            }
            String base = format == ExportFormat.TIMESTAMPED
                    ? names.folder(database.path())
                    : names.file("postgres", database.path());
            destination.requireFree(PostgresExport.names(format, base));
            List<String> inserted = critical.isEmpty() ? recorded(database) : critical;
            if (format == ExportFormat.TIMESTAMPED && inserted.isEmpty()) {
                session.console()
                        .note("no table is named by --critical or was marked by the backup, so none gets a file of"
                                + " INSERT statements");
            }
            Path dump = restore.postgres(database, destination.work());
            ClientPrograms programs = ClientPrograms.find(session.environment().searchPath());
            return new PostgresExport(dump, programs, destination, base)
                    .run(
                            format,
                            new TimestampedFolder.About(
                                    restore.snapshot().id().hex(),
                                    restore.snapshot().time(),
                                    environment,
                                    database.location(),
                                    inserted));
        }

        /// Patterns of just the tables that the backup has marked.
        private static List<String> recorded(SourceRecord database) {
            return database.tables().stream()
                    .filter(TableRecord::critical)
                    .map(table -> Arrays.stream(table.name().split("\\.(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)"))
                            .map(part -> part.startsWith("\"") ? part : Identifiers.quote(part))
                            .collect(Collectors.joining(".")))
                    .toList();
        }
    }
}
