package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.ProgressLine;
import holdfast.model.Count;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.repair.IndexPlan;
import holdfast.repair.IndexRepair;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "index",
        description = {
            "Make the index say what the packs hold.",
            "",
            "Index files that are damaged or lost are made anew, packs that are gone are forgotten, and what the index has"
                    + " wrong is corrected from the packs' own headers. Only packs that the index does not describe are"
                    + " read. The old index goes when the new one is stored."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast repair index --dry-run",
            "  holdfast repair index",
            "  holdfast repair index --read-all-packs         believe nothing but the packs"
        })
final class RepairIndexCommand implements Callable<Integer> {
    /// What `repair index --json` prints.
    ///
    /// @param changed whether the index was wrong
    /// @param damagedIndexFiles what was wrong with each
    /// @param damagedMarks of prunes, which go
    /// @param unreadablePacks packs whose own header is damaged
    record Document(
            String messageType,
            boolean dryRun,
            boolean changed,
            List<String> damagedIndexFiles,
            List<ObjectId> damagedMarks,
            List<ObjectId> missingPacks,
            List<ObjectId> addedPacks,
            List<ObjectId> correctedPacks,
            List<IndexPlan.Unreadable> unreadablePacks,
            long packsRead) {}

    private final Session session;

    @Option(
            names = {"-n", "--dry-run"},
            description = "Show what is wrong, change nothing")
    private boolean dryRun;

    @Option(names = "--read-all-packs", description = "Read the header of every pack, whatever the index says")
    private boolean readAllPacks;

    RepairIndexCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        IndexPlan plan;
        try (OpenRepository open = session.open();
                HeldLock lock = dryRun ? open.lockToRead() : open.lockToDelete()) {
            Progress progress = new Progress();
            IndexRepair repair = new IndexRepair(open.repository(), progress);
            try (ProgressLine _ = session.console().follow(progress)) {
                plan = repair.plan(readAllPacks);
                if (!dryRun) {
                    repair.apply(plan, Objects.requireNonNull(lock.lock(), "deleting needs a lock"));
                }
            }
        }
        print(plan);
        session.console()
                .document(new Document(
                        "index_repaired",
                        dryRun,
                        !plan.isEmpty(),
                        plan.damagedFiles(),
                        plan.damagedMarks(),
                        plan.missing(),
                        plan.added(),
                        plan.corrected(),
                        plan.unreadable(),
                        plan.packsRead()));
        return ExitCode.DONE;
    }

    private void print(IndexPlan plan) {
        Console console = session.console();
        plan.damagedFiles().forEach(file -> console.line("made anew: " + Console.safe(file)));
        plan.damagedMarks().forEach(mark -> console.line("given up, because it is damaged: marks/" + mark));
        plan.missing().forEach(pack -> console.line("forgotten, because it is missing: data/" + pack));
        plan.added().forEach(pack -> console.detail("not known before: data/" + pack));
        plan.corrected().forEach(pack -> console.line("corrected: data/" + pack));
        for (IndexPlan.Unreadable pack : plan.unreadable()) {
            console.warn(Console.safe(pack.why())
                    + (pack.blobs() + pack.dropped() == 0
                            ? "; nothing else tells what is in it"
                            : "; the index goes on naming " + Count.of(pack.blobs(), "blob") + " in it, and "
                                    + pack.dropped() + " no more"));
        }
        if (plan.isIndexRight()) {
            console.line("the index is right as it is");
        } else {
            console.line((dryRun ? "would write the index anew: " : "wrote the index anew: ")
                    + Count.of(plan.damagedFiles().size(), "damaged index file") + ", "
                    + Count.of(plan.added().size(), "pack") + " added, "
                    + plan.corrected().size() + " corrected, "
                    + plan.missing().size() + " missing");
        }
        if (plan.unreadable().stream().anyMatch(pack -> pack.blobs() > 0)) {
            console.hint("`holdfast repair packs` saves what is intact of the packs named above");
        } else if (!plan.missing().isEmpty()) {
            console.hint("back up again: what is still there is stored anew; then `holdfast check` tells what is lost,"
                    + " and `holdfast repair snapshots` makes the best of it");
        }
    }
}
