package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Sizes;
import holdfast.extract.PathFilter;
import holdfast.model.CheckResult;
import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.repository.Manifests;
import holdfast.restore.Restore;
import holdfast.restore.RestoreRequest;
import holdfast.restore.RestoreResult;
import holdfast.source.sqlite.SqliteSwap.WhenInUse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.zip.GZIPOutputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description = {
            "Write the databases of a snapshot as plain files that need no Holdfast: backup_sqlite_TIMESTAMP.db.gz"
                    + " with its .sha256 beside it.",
            "The content is checked against the snapshot first; the timestamp is the snapshot's, in UTC."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast export --format file --output /srv/export",
            "  cd /srv/export && sha256sum -c backup_sqlite_20260301_020000.db.gz.sha256"
        })
final class ExportCommand implements Callable<Integer> {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd_HHmmss").withZone(ZoneOffset.UTC);

    /// How an export looks.
    enum Format {
        /// One compressed file for each database, with its checksum.
        FILE
    }

    /// What `export --json` prints.
    record Document(String messageType, String snapshotId, List<FileDocument> files) {}

    record FileDocument(String source, String path, long bytes, String sha256) {}

    private final Session session;

    @Parameters(
            arity = "0..1",
            paramLabel = "SNAPSHOT",
            description = "latest, an id or its beginning, or a time. Default: latest")
    private String reference = "latest";

    @Mixin
    private final SnapshotFilterOptions filter = new SnapshotFilterOptions();

    @Option(names = "--format", paramLabel = "FORMAT", description = "file. Default: file")
    private Format format = Format.FILE;

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
        try (OpenRepository open = session.open();
                HeldLock lock = open.lockToRead()) {
            Snapshot snapshot = open.repository().find(reference, filter.filter(), session.zone());
            List<SourceRecord> databases = Manifests.read(open.repository(), snapshot).map(Manifest::sources).stream()
                    .flatMap(List::stream)
                    .filter(source -> source.kind() == SourceKind.SQLITE)
                    .toList();
            if (databases.isEmpty()) {
                throw new HoldfastException.PreCheckFailed(
                        "snapshot " + snapshot.id().brief() + " holds no database to export",
                        "files are brought back by 'holdfast restore --target'");
            }
            Path folder = Files.createDirectories(session.world().folder().resolve(output));
            List<FileDocument> files = new ArrayList<>();
            for (SourceRecord database : databases) {
                files.add(
                        switch (format) {
                            case FILE -> file(open, snapshot, database, folder, databases.size() > 1);
                        });
            }
            lock.check();
            session.console().document(new Document("export", snapshot.id().hex(), files));
            return ExitCode.DONE;
        }
    }

    private FileDocument file(
            OpenRepository open, Snapshot snapshot, SourceRecord database, Path folder, boolean several)
            throws IOException {
        String base = baseName(database);
        Path target = folder.resolve(
                "backup_sqlite_" + (several ? base + "_" : "") + STAMP.format(snapshot.time()) + ".db.gz");
        Path checksum = target.resolveSibling(target.getFileName() + ".sha256");
        for (Path file : List.of(target, checksum)) {
            if (Files.exists(file)) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot export: " + file + " exists",
                        "it is the same snapshot's; move it or choose another --output");
            }
        }
        Path work = Files.createTempDirectory(folder, ".holdfast-export-");
        try {
            Path restored = restore(open, snapshot, database, work);
            Path compressed = work.resolve("out.gz");
            String sha256 = compress(restored, compressed);
            Path sums = Files.writeString(
                    work.resolve("sum"), sha256 + "  " + target.getFileName() + "\n", StandardCharsets.UTF_8);
            move(compressed, target);
            move(sums, checksum);
            long bytes = Files.size(target);
            session.console()
                    .line(Console.safe(database.location()) + " -> " + Console.safe(target.toString()) + ", "
                            + Sizes.format(bytes));
            return new FileDocument(database.location(), target.toString(), bytes, sha256);
        } finally {
            holdfast.extract.Removal.remove(
                    holdfast.io.posix.HostFiles.system(), folder.toString(), String.valueOf(work.getFileName()));
        }
    }

    /// The database as a file, compared with the snapshot.
    private Path restore(OpenRepository open, Snapshot snapshot, SourceRecord database, Path work) throws IOException {
        Restore restore = new Operations(session, open)
                .restore(new Progress(), new Operations.InUse(Duration.ZERO, WhenInUse.REFUSE));
        PathFilter only = (path, directory) -> path.equals(database.path())
                ? PathFilter.Choice.TAKE
                : directory ? PathFilter.Choice.DESCEND : PathFilter.Choice.LEAVE;
        Path data = work.resolve("data");
        RestoreResult result = restore.run(restore.plan(
                snapshot,
                new RestoreRequest(
                        new RestoreRequest.Destination.Directory(data.toString()), only, false, false, true, false)));
        if (!result.passed()) {
            String why = result.checks().stream()
                    .filter(check -> !check.passed())
                    .map(CheckResult::detail)
                    .findFirst()
                    .orElse("it could not be restored");
            throw new HoldfastException.Damaged(
                    "cannot export " + database.location() + ": " + why, "'holdfast verify' tells more");
        }
        return Path.of(result.plan().tree().files().getFirst().path());
    }

    private static String compress(Path from, Path to) throws IOException {
        MessageDigest digest = holdfast.model.ObjectId.sha256();
        try (OutputStream file = Files.newOutputStream(to, StandardOpenOption.CREATE_NEW);
                OutputStream zip = new GZIPOutputStream(
                        new DigestOutputStream(new BufferedOutputStream(file, 1 << 16), digest), 1 << 16)) {
            Files.copy(from, zip);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.createLink(to, from);
        } catch (UnsupportedOperationException e) {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException e) {
            throw new HoldfastException.PreCheckFailed("cannot export: " + to + " exists", "choose another --output");
        }
    }

    private static String baseName(SourceRecord database) {
        String name = database.path().substring(database.path().lastIndexOf('/') + 1);
        return name.replaceAll("[^A-Za-z0-9.-]", "_").replaceFirst("\\.(db|sqlite3?)$", "");
    }
}
