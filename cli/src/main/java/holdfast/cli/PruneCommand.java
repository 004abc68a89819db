package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.ProgressLine;
import holdfast.cli.console.Sizes;
import holdfast.model.Progress;
import holdfast.prune.MaxUnused;
import holdfast.prune.Prune;
import holdfast.prune.PruneOptions;
import holdfast.prune.PrunePlan;
import holdfast.prune.PruneResult;
import holdfast.prune.PruneSummary;
import holdfast.repository.Repository;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "prune",
        description = {
            "Free the space of what no snapshot uses any more.",
            "",
            "Nobody waits for it: beside others it marks what shall go, and a later prune removes that once those who "
                    + "are at work now have ended. When nobody else is there it is removed at once."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast prune --dry-run",
            "  holdfast prune",
            "  holdfast prune --max-unused 0                  leave no unused space at all",
            "  holdfast prune --max-unused unlimited          write nothing anew",
            "  holdfast prune --repack-small                  put small packs together"
        })
final class PruneCommand implements Callable<Integer> {
    /// What `prune --json` prints.
    ///
    /// @param result null for a dry run
    record Document(String messageType, boolean dryRun, PruneSummary plan, Optional<PruneResult> result) {}

    private final Session session;

    @Option(
            names = {"-n", "--dry-run"},
            description = "Show the plan, remove nothing")
    private boolean dryRun;

    @Option(
            names = "--max-unused",
            paramLabel = "LIMIT",
            description = "Unused space that may stay: a percentage, a size, or unlimited. Default: 5%%")
    private MaxUnused maxUnused = MaxUnused.DEFAULT;

    @Option(
            names = "--max-repack-size",
            paramLabel = "SIZE",
            description = "Write at most so much anew in this run; the rest waits for the next")
    private OptionValues.@Nullable Bytes maxRepack;

    @Option(names = "--repack-small", description = "Put packs below 80%% of the usual size together, if ten or more")
    private boolean repackSmall;

    @Option(
            names = "--grace-period",
            paramLabel = "DURATION",
            description = "How long marked packs stay while others are at work. Default: 1h")
    private Duration gracePeriod = PruneOptions.GRACE_PERIOD;

    PruneCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        try (OpenRepository open = session.open();
                HeldLock lock = dryRun ? open.lockToRead() : open.lockToPrune()) {
            return run(open.repository(), lock);
        }
    }

    private int run(Repository repository, HeldLock lock) throws IOException {
        Progress progress = new Progress();
        Prune prune = new Prune(repository, progress);
        PruneOptions options = new PruneOptions(
                maxUnused, maxRepack == null ? Long.MAX_VALUE : maxRepack.count(), repackSmall, gracePeriod);
        PrunePlan plan;
        try (ProgressLine _ = session.console().follow(progress)) {
            plan = prune.plan(options);
        }
        PruneSummary summary = plan.summary();
        print(summary);
        if (dryRun || summary.isEmpty()) {
            session.console().document(new Document("prune", dryRun, summary, Optional.empty()));
            return ExitCode.DONE;
        }
        PruneResult result;
        try (ProgressLine _ = session.console().follow(progress)) {
            result = prune.apply(plan, Objects.requireNonNull(lock.lock(), "deleting needs a lock"));
        }
        int code = report(session, result);
        session.console().document(new Document("prune", false, summary, Optional.of(result)));
        return code;
    }

    /// Says what a prune did, for [ForgetCommand] too.
    ///
    /// @return the exit code
    static int report(Session session, PruneResult result) {
        Console console = session.console();
        console.line("freed " + Sizes.format(result.freedBytes()));
        result.pending().ifPresent(pending -> {
            console.line("%d packs, %s, are marked: the first prune after %s removes them%s"
                    .formatted(
                            pending.packs(),
                            Sizes.format(pending.bytes()),
                            session.time(pending.from()),
                            pending.locks().isEmpty() ? "" : " once those have ended who hold these locks:"));
            pending.locks().forEach(lock -> console.line("  " + Console.safe(lock)));
        });
        result.damaged().forEach(pack -> console.warn("kept, because it cannot be read whole: " + Console.safe(pack)));
        return result.damaged().isEmpty() ? ExitCode.DONE : ExitCode.DAMAGED;
    }

    private void print(PruneSummary plan) {
        Console console = session.console();
        console.note("%d snapshots use %d blobs, %s; %d blobs, %s, are unused"
                .formatted(
                        plan.snapshots(),
                        plan.usedBlobs(),
                        Sizes.format(plan.usedBytes()),
                        plan.unusedBlobs(),
                        Sizes.format(plan.unusedBytes())));
        if (plan.isEmpty()) {
            console.line("nothing to free");
            return;
        }
        if (plan.packsMarked() > 0) {
            console.note("%d packs, %s, were marked by an earlier prune"
                    .formatted(plan.packsMarked(), Sizes.format(plan.markedBytes())));
        }
        console.line("%s %d packs and %d left-overs of interrupted runs, %s anew %s of %d packs, freeing %s"
                .formatted(
                        dryRun ? "would remove" : "removing",
                        plan.packsRemoved(),
                        plan.orphans(),
                        dryRun ? "write" : "writing",
                        Sizes.format(plan.repackedBytes()),
                        plan.packsRepacked(),
                        Sizes.format(plan.freedBytes())));
        console.note(plan.packsKept() + " packs stay as they are, with " + Sizes.format(plan.unusedBytesAfter())
                + " unused in them");
    }
}
