package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Console.Style;
import holdfast.cli.console.ProgressLine;
import holdfast.cli.console.Sizes;
import holdfast.model.Count;
import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import holdfast.verify.CheckOptions;
import holdfast.verify.CheckReport;
import holdfast.verify.DataSubset;
import holdfast.verify.Finding;
import holdfast.verify.RepositoryCheck;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "check",
        description = {
            "Check the repository: that everything its snapshots need is there.",
            "",
            "With --read-data every stored byte is read and its hash and authentication compared. To prove that a"
                    + " snapshot restores, see 'holdfast verify'."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast check",
            "  holdfast check --read-data",
            "  holdfast check --read-data-subset 1/7          on Monday, 2/7 on Tuesday and so on",
            "  holdfast check --read-data-subset 5%%           packs chosen by chance"
        })
final class CheckCommand implements Callable<Integer> {
    /// What `check --json` prints.
    record Document(String messageType, boolean passed, CheckReport report) {}

    private final Session session;

    @Option(names = "--read-data", description = "Read everything that is stored")
    private boolean readData;

    @Option(
            names = "--read-data-subset",
            paramLabel = "PART",
            description = "Read some of it: N/M (one of M parts), a percentage, or a size such as 500MiB")
    private @Nullable DataSubset subset;

    CheckCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        if (readData && subset != null) {
            throw new HoldfastException.BadUsage(
                    "both --read-data and --read-data-subset are given", "leave one of them out");
        }
        CheckReport report;
        try (OpenRepository open = session.open();
                HeldLock lock = open.lockToRead()) {
            Progress progress = new Progress();
            try (ProgressLine _ = session.console().follow(progress)) {
                report = new RepositoryCheck(open.repository(), progress).run(options());
            }
            lock.check();
        }
        print(report);
        return report.passed() ? ExitCode.DONE : ExitCode.DAMAGED;
    }

    private CheckOptions options() {
        long seed = session.clock().instant().toEpochMilli();
        if (subset != null) {
            return new CheckOptions(subset, seed);
        }
        return readData ? CheckOptions.READ_DATA : CheckOptions.STRUCTURE;
    }

    private void print(CheckReport report) {
        Console console = session.console();
        CheckReport.Counts counts = report.counts();
        for (Finding finding : report.findings()) {
            print(finding);
        }
        long hidden = report.errors() + report.warnings() - report.findings().size();
        if (hidden > 0) {
            console.line("... and " + hidden + " more");
        }
        console.note("%s, %s, %s of %s; %s of blobs that no snapshot uses"
                .formatted(
                        Count.of(counts.snapshots(), "snapshot"),
                        Count.of(counts.trees(), "tree"),
                        Count.of(counts.packs(), "pack"),
                        Sizes.format(counts.packBytes()),
                        Sizes.format(counts.unusedBytes())));
        if (counts.packsRead() > 0) {
            console.note(
                    "read %s, %s".formatted(Count.of(counts.packsRead(), "pack"), Sizes.format(counts.bytesRead())));
        }
        if (counts.orphans() > 0 && report.passed()) {
            console.note("%d packs of interrupted runs, %s: 'holdfast prune' removes them"
                    .formatted(counts.orphans(), Sizes.format(counts.orphanBytes())));
        }
        if (counts.packsMarked() > 0) {
            console.note("%s, %s, marked by a prune: the next 'holdfast prune' goes on with them"
                    .formatted(Count.of(counts.packsMarked(), "pack"), Sizes.format(counts.markedBytes())));
        }
        console.line(
                report.passed()
                        ? console.paint(Style.GOOD, "no errors")
                        : console.paint(Style.BAD, report.errors() == 1 ? "1 error" : report.errors() + " errors"));
        if (!report.passed()) {
            console.hint(hint(report));
        }
        console.document(new Document("check", report.passed(), report));
    }

    private static String hint(CheckReport report) {
        boolean index = report.counts().orphans() > 0
                || report.findings().stream()
                        .anyMatch(finding -> finding.subject().startsWith("index/"));
        return "put back good copies of what is named, from another copy of the repository; else run "
                + (index
                        ? "`holdfast repair index` and check again"
                        : "`holdfast repair index`, `repair packs` and" + " `repair snapshots`, in this order")
                + "; 'holdfast verify' proves what can be restored all the same";
    }

    private void print(Finding finding) {
        Console console = session.console();
        boolean error = finding.severity() == Finding.Severity.ERROR;
        console.line(console.paint(error ? Style.BAD : Style.WARNING, error ? "error:" : "warning:") + " "
                + Console.safe(finding.subject()) + ": " + Console.safe(finding.problem()));
        for (Finding.Place place : finding.affected()) {
            console.line("  affects " + place.snapshot().brief() + ":" + Console.safe(place.path()));
        }
        if (finding.more()) {
            console.line("  and more");
        }
    }
}
