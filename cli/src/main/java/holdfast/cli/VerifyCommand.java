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
            "Prove that a snapshot can be restored, and record the proof in the repository.",
            "",
            "Levels: 0 written (every blob is there), 1 stored (read and hashed), 2 sound (structure, databases'"
                    + " integrity), 3 restored (into a sandbox, everything read), 4 identical (every row and file equal)."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast verify                          the latest snapshot, level identical",
            "  holdfast verify 1a2b3c4d --level sound",
            "  holdfast verify latest --host web1 --json"
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
            description = "latest, an id or its beginning, or a time. Default: latest")
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
        try (OpenRepository open = session.open();
                HeldLock lock = open.lockToRead()) {
            Operations operations = new Operations(session, open);
            Path sandboxes = sandbox == null
                    ? Operations.scratch(session)
                    : session.world().folder().resolve(sandbox);
            int code = ExitCode.DONE;
            for (String reference : snapshots.isEmpty() ? List.of("latest") : snapshots) {
                Snapshot snapshot = open.repository().find(reference, filter.filter(), session.zone());
                VerifyResult result = operations.verify(snapshot, level, sandboxes);
                lock.check();
                print(snapshot, result);
                code = result.proof().passed() ? code : ExitCode.DAMAGED;
            }
            return code;
        }
    }

    private void print(Snapshot snapshot, VerifyResult result) {
        Console console = session.console();
        console.line("snapshot " + snapshot.id().brief() + " of " + snapshot.time());
        for (CheckResult check : result.proof().checks()) {
            if (check.passed()) {
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
                level.number(),
                level.label(),
                result.proof().passed(),
                result.recorded(),
                result.proof().took().toMillis() / 1000.0,
                result.proof().checks()));
    }
}
