package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.ProgressLine;
import holdfast.model.Count;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.repair.Recovery;
import holdfast.repository.Client;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "recover",
        description = {
            "Make a snapshot of what no snapshot names any more.",
            "",
            "For a snapshot whose file is lost or damaged, or that was forgotten and not pruned yet: every folder that no"
                    + " other folder and no snapshot names is put into one new snapshot, below /recover, under the first"
                    + " digits of its id. What is lost of it is left out."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast recover --dry-run",
            "  holdfast recover",
            "  holdfast ls latest --tag recovered             what came back"
        })
final class RecoverCommand implements Callable<Integer> {
    /// What `recover --json` prints.
    ///
    /// @param snapshotId null for a dry run, and when nothing was found
    /// @param unreadable folders that are damaged themselves
    record Document(
            String messageType,
            boolean dryRun,
            @Nullable String snapshotId,
            List<Recovery.Found> found,
            List<ObjectId> unreadable) {}

    private final Session session;

    @Option(
            names = {"-n", "--dry-run"},
            description = "Show what would be recovered, change nothing")
    private boolean dryRun;

    RecoverCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        Recovery.Plan plan;
        Optional<Snapshot> made = Optional.empty();
        try (OpenRepository open = session.open();
                HeldLock lock = dryRun ? open.lockToRead() : open.lockToDelete()) {
            Progress progress = new Progress();
            Recovery recovery = new Recovery(open.repository(), progress);
            try (ProgressLine _ = session.console().follow(progress)) {
                plan = recovery.plan();
                if (!dryRun) {
                    made = recovery.apply(
                            plan, origin(), Objects.requireNonNull(lock.lock(), "recovering needs a lock"));
                }
            }
        }
        print(plan, made);
        session.console()
                .document(new Document(
                        "recovered",
                        dryRun,
                        made.map(snapshot -> snapshot.id().hex()).orElse(null),
                        plan.found(),
                        plan.unreadable()));
        return ExitCode.DONE;
    }

    private Recovery.Origin origin() {
        Client client = Client.current();
        return new Recovery.Origin(
                client.host(),
                session.environment().operator().orElse(client.user()),
                client.uid(),
                client.gid(),
                Version.program(),
                session.clock().instant());
    }

    private void print(Recovery.Plan plan, Optional<Snapshot> made) {
        Console console = session.console();
        plan.unreadable().forEach(tree -> console.warn("folder " + tree.brief() + " is damaged itself"));
        for (Recovery.Found found : plan.found()) {
            console.detail("folder " + found.tree().brief()
                    + (found.changes() == 0 ? "" : ", with " + Count.of(found.changes(), "place") + " damaged"));
        }
        if (plan.found().isEmpty()) {
            console.line("nothing to recover: snapshots name all there is");
            return;
        }
        console.line((dryRun ? "would recover " : "recovered ")
                + Count.of(plan.found().size(), "folder")
                + made.map(snapshot -> " into snapshot " + snapshot.id().brief())
                        .orElse(""));
        made.ifPresent(snapshot -> console.hint("`holdfast ls " + snapshot.id().brief()
                + "` shows what came back; `holdfast forget` removes the snapshot when it is not needed"));
    }
}
