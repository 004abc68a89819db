package holdfast.cli;

import holdfast.backup.BackupRequest;
import holdfast.backup.BackupResult;
import holdfast.cli.console.Console;
import holdfast.model.HoldfastException;
import holdfast.model.ProofLevel;
import holdfast.repository.InitOptions;
import holdfast.repository.SnapshotFilter;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Provider;
import holdfast.source.sqlite.SqliteOptions;
import holdfast.verify.VerifyResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "backup",
        description = {
            "Take a snapshot of databases and files, and prove it.",
            "",
            "Databases are copied at one instant, consistently while others write to them; files are read right after;"
                    + " all becomes one snapshot. A SQLite database is recognised by its header.",
            "A PostgreSQL database is read in one snapshot of its own; with --all-databases, one after the other, so"
                    + " that two databases are not of one instant. Tables that the server proves to be unchanged since"
                    + " the last snapshot are not read again; it can do so with track_commit_timestamp on.",
            "Without SOURCE the environment decides: DATABASE_URL is backed up to BACKUP_DIR, which is made on first"
                    + " use, and snapshots older than BACKUP_RETENTION_DAYS are removed."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast backup app.db ./uploads",
            "  holdfast backup /srv/www --exclude '*.tmp' --tag nightly --prove identical",
            "  holdfast backup postgresql://app@db/shop --critical orders",
            "  holdfast backup --all-databases postgresql://backup@db --exclude-database 'test*'",
            "  holdfast backup sqlite:data.bin --label before-migration --reason 'release 42'",
            "  DATABASE_URL=file:./app.db BACKUP_DIR=./backups HOLDFAST_PASSWORD=... holdfast backup"
        })
final class BackupCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            arity = "0..*",
            paramLabel = "SOURCE",
            description =
                    "Database, file or folder; postgresql://… is a PostgreSQL database, sqlite:PATH and files:PATH say"
                            + " which where it is not plain")
    private List<String> sources = new ArrayList<>();

    @Mixin
    private final FilesOptionsGroup files = new FilesOptionsGroup();

    @Option(names = "--tag", paramLabel = "TAG", split = ",", description = "Mark the snapshot; may be repeated")
    private List<String> tags = new ArrayList<>();

    @Option(
            names = {"-H", "--host"},
            paramLabel = "NAME",
            description = "Name of this host in the snapshot. Default: its own")
    private String host = "";

    @Option(names = "--label", paramLabel = "TEXT", description = "For instance before-migration")
    private String label = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why this backup is taken, for the record")
    private String reason = "";

    @Option(
            names = "--environment",
            paramLabel = "NAME",
            description = "For instance production. Default: $HOLDFAST_ENVIRONMENT")
    @Nullable
    private String environment;

    @Option(
            names = {"-f", "--force"},
            description = "Read every file and table, also those that did not change since the last snapshot")
    private boolean force;

    @Option(names = "--parent", paramLabel = "SNAPSHOT", description = "Compare with this snapshot instead of the last")
    @Nullable
    private String parent;

    @Option(
            names = "--prove",
            paramLabel = "LEVEL",
            converter = ProvableLevel.class,
            description =
                    "Prove the snapshot at once: written, stored, sound, restored, identical, or 0 to 4. Default: sound")
    private ProofLevel prove = ProofLevel.SOUND;

    @Mixin
    private PostgresOptionsGroup databases = new PostgresOptionsGroup();

    @Option(names = "--init", description = "Make the repository if there is none")
    private boolean init;

    @Option(
            names = "--busy-timeout",
            paramLabel = "TIME",
            description = "How long to wait for whoever locks a SQLite database. Default: 30s")
    private Duration busyTimeout = SqliteOptions.DEFAULTS.busyTimeout();

    @Option(
            names = "--staging",
            paramLabel = "FOLDER",
            description = "Where databases are copied to while they are read, and sandboxes are made. Default: $TMPDIR")
    @Nullable
    private Path staging;

    BackupCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        session.environment().refuseWhatIsNotSupported();
        boolean fromEnvironment = sources.isEmpty();
        SlackReport slack = new SlackReport(session);
        try {
            return run(fromEnvironment, slack);
        } catch (IOException | RuntimeException e) {
            slack.failed(e);
            throw e;
        }
    }

    private Integer run(boolean fromEnvironment, SlackReport slack) throws IOException {
        List<SourceArguments.Named> given =
                new SourceArguments(session.world().folder(), session.environment()).parse(words());
        tellOfServers(given);
        List<SourceArguments.Named> named = databases.expand(given, session.console()::warn);
        int retentionDays = fromEnvironment ? session.environment().retentionDays() : 0;
        try (OpenRepository open = fromEnvironment || init ? session.openOrInit(InitOptions.DEFAULT) : session.open()) {
            Operations operations = new Operations(session, open);
            Path scratch = Operations.scratch(session, staging);
            BackupResult result;
            Optional<VerifyResult> proof;
            try (HeldLock lock = open.lockToWrite()) {
                result = operations.backUp(
                        request(named, open, operations, scratch),
                        operations.host(host),
                        environment == null
                                ? session.environment().environmentLabel().orElse("")
                                : environment,
                        lock);
                proof = prove == ProofLevel.WRITTEN
                        ? Optional.empty()
                        : Optional.of(operations.verify(result.snapshot(), prove, scratch));
                lock.check();
            }
            Expiring expiring = fromEnvironment
                    ? expire(new Expiry(session, open), retentionDays, result)
                    : new Expiring(Optional.empty(), ExitCode.DONE);
            BackupReport report = new BackupReport(result, proof, expiring.result());
            report.print(session.console());
            proof.ifPresent(proven -> BackupReport.limit(session.console(), prove, proven));
            databases.unmarked(result.manifest()).forEach(session.console()::warn);
            slack.done(report);
            return report.exitCode() == ExitCode.DONE ? expiring.exitCode() : report.exitCode();
        }
    }

    /// What there is to know of each before it is asked, once.
    private void tellOfServers(List<SourceArguments.Named> given) {
        Set<String> warnings = new LinkedHashSet<>();
        Set<String> remarks = new LinkedHashSet<>();
        for (SourceArguments.Named source : given) {
            if (source instanceof SourceArguments.Named.Database database) {
                ConnectionTarget target = database.target();
                warnings.addAll(target.warnings());
                target.aroundPooler().ifPresent(remarks::add);
                target.provider().map(Provider::missing).ifPresent(remarks::add);
            }
        }
        warnings.forEach(session.console()::warn);
        remarks.forEach(session.console()::remark);
    }

    /// How expiring old snapshots ended.
    private record Expiring(Optional<Expiry.Result> result, int exitCode) {}

    /// That nothing can be removed, for instance since another snapshot is damaged, takes nothing
    /// from the backup.
    private Expiring expire(Expiry expiry, int days, BackupResult result) throws IOException {
        try {
            return new Expiring(Optional.of(expiry.olderThan(days, result.snapshot())), ExitCode.DONE);
        } catch (HoldfastException.Damaged | HoldfastException.Locked e) {
            Failure failure = Failure.of(e);
            session.console().warn("no old snapshot was removed: " + failure.message());
            session.console().hint(failure.hint());
            return new Expiring(Optional.empty(), failure.exitCode());
        }
    }

    private List<String> words() {
        if (!sources.isEmpty()) {
            return sources;
        }
        return List.of(session.environment()
                .databaseUrl()
                .orElseThrow(() -> new HoldfastException.BadUsage(
                        "nothing to back up: no SOURCE is named and DATABASE_URL is not set",
                        "name a database, file or folder: holdfast backup app.db ./uploads")));
    }

    private BackupRequest request(
            List<SourceArguments.Named> named, OpenRepository open, Operations operations, Path scratch)
            throws IOException {
        Set<String> leaveOut = new HashSet<>();
        session.location().path().ifPresent(folder -> leaveOut.add(folder.toString()));
        SourceArguments.Reading reading = new SourceArguments.Reading(
                operations.drivers().host(),
                scratch,
                SqliteOptions.DEFAULTS.withBusyTimeout(busyTimeout),
                files.read(session.world().folder(), leaveOut),
                new SourceArguments.Databases(
                        session.environment().searchPath(),
                        databases::options,
                        session.clock(),
                        notice -> session.console().warn(Console.safe(notice))));
        return new BackupRequest(
                SourceArguments.open(named, reading),
                named.stream().map(SourceArguments.Named::path).toList(),
                files.excludes(session.world().folder()),
                tags,
                label,
                reason,
                parentChoice(open));
    }

    private BackupRequest.Parent parentChoice(OpenRepository open) throws IOException {
        if (force) {
            return new BackupRequest.Parent.None();
        }
        if (parent != null) {
            open.repository().find(parent, SnapshotFilter.ALL, session.zone());
            return new BackupRequest.Parent.Named(parent);
        }
        return new BackupRequest.Parent.Latest();
    }
}
