package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.model.CheckResult;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.verify.VerifyResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = {
            "Prove that a snapshot can be restored, and record the proof in the repository; or that a bare dump file"
                    + " is whole.",
            "",
            "Levels: 0 written (every blob is there), 1 stored (read and hashed), 2 sound (structure, databases'"
                    + " integrity), 3 restored (into a sandbox, everything read), 4 identical (every row and file equal).",
            "",
            "A word with a slash, with an ending such as .sql, .dump or .gz, or that names a file or folder here, is"
                    + " a bare file: a dump by pg_dump or pg_dumpall in any format, also compressed, or a SQLite"
                    + " database. It is read to its end, and compared with FILE.sha256 when that is there."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast verify                          the latest snapshot, level identical",
            "  holdfast verify 1a2b3c4d --level sound",
            "  holdfast verify latest --host web1 --json",
            "  holdfast verify /srv/dumps/shop.dump backup.sql.gz    dump files; needs no repository"
        })
final class VerifyCommand implements Callable<Integer> {
    /// What `verify --json` prints, a document for each snapshot.
    record Document(
            String messageType,
            String snapshotId,
            int level,
            String name,
            boolean passed,
            boolean recorded,
            double totalDuration,
            List<CheckResult> checks) {}

    private final Session session;

    @Parameters(
            arity = "0..*",
            paramLabel = "SNAPSHOT",
            description = "latest, an id or its beginning, or a time; or a dump FILE. Default: latest")
    private List<String> snapshots = new ArrayList<>();

    @Mixin
    private final SnapshotFilterOptions filter = new SnapshotFilterOptions();

    @Option(
            names = "--level",
            paramLabel = "LEVEL",
            converter = ProvableLevel.class,
            description = "How far, by name or number. Default: identical")
    private ProofLevel level = ProofLevel.IDENTICAL;

    @Option(names = "--sandbox", paramLabel = "FOLDER", description = "Where sandboxes are made. Default: $TMPDIR")
    @Nullable
    private Path sandbox;

    VerifyCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        List<String> references = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        for (String word : snapshots) {
            BareFiles.meant(session, word).ifPresentOrElse(files::add, () -> references.add(word));
        }
        int code = ExitCode.DONE;
        BareFiles bare = new BareFiles(session, sandboxes());
        for (Path file : files) {
            code = bare.verify(file) ? code : ExitCode.DAMAGED;
        }
        return files.isEmpty() || !references.isEmpty() ? Math.max(code, snapshots(references)) : code;
    }

    private Path sandboxes() throws IOException {
        return Operations.scratch(session, sandbox);
    }

    private int snapshots(List<String> references) throws IOException {
        try (OpenRepository open = session.open();
                HeldLock lock = open.lockToRead()) {
            Operations operations = new Operations(session, open);
            int code = ExitCode.DONE;
            for (String reference : references.isEmpty() ? List.of("latest") : references) {
                Snapshot snapshot = open.repository().find(reference, filter.filter(open.repository()), session.zone());
                VerifyResult result = operations.verify(snapshot, level, sandboxes());
                lock.check();
                print(snapshot, result);
                BackupReport.limit(session.console(), level, result);
                code = result.proof().passed() ? code : ExitCode.DAMAGED;
            }
            return code;
        }
    }

    private void print(Snapshot snapshot, VerifyResult result) {
        Console console = session.console();
        console.line("snapshot " + snapshot.id().brief() + " of " + snapshot.time());
        for (CheckResult check : result.proof().checks()) {
            if (check.passed() && !CriticalTables.isOne(check)) {
                console.note("  " + Console.safe(check.subject()) + ": " + Console.safe(check.detail()));
            }
        }
        BackupReport.proof(console, result);
        if (!result.proof().passed()) {
            console.hint("an earlier snapshot may be whole ('holdfast snapshots'); 'holdfast check --read-data' names"
                    + " what is damaged in the repository");
        }
        console.document(new Document(
                "proof",
                snapshot.id().hex(),
                result.proof().level().number(),
                result.proof().level().label(),
                result.proof().passed(),
                result.recorded(),
                result.proof().took().toMillis() / 1000.0,
                result.proof().checks()));
    }
}
