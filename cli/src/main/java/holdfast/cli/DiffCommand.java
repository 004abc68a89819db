package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Sizes;
import holdfast.model.Count;
import holdfast.model.Snapshot;
import holdfast.repository.Repository;
import holdfast.repository.SnapshotFilter;
import holdfast.view.Change;
import holdfast.view.DiffTotals;
import holdfast.view.SnapshotDiff;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "diff",
        description = {
            "Show how two snapshots differ.",
            "",
            "+ added, - removed, M content changed, T type changed, U only metadata changed (with --metadata)"
        },
        footerHeading = "%nExamples:%n",
        footer = {"  holdfast diff 5a1c3e77 latest", "  holdfast diff 2026-03-01 2026-03-02 --metadata --json"})
final class DiffCommand implements Callable<Integer> {
    /// A line of `diff --json`; restic's names.
    record ChangeDocument(String messageType, String path, String modifier) {}

    /// The last line of `diff --json`.
    record TotalsDocument(String messageType, String sourceSnapshot, String targetSnapshot, DiffTotals totals) {}

    private final Session session;

    @Parameters(index = "0", paramLabel = "BEFORE", description = "latest, an id or its beginning, or a time")
    private String before = "";

    @Parameters(index = "1", paramLabel = "AFTER", description = "The snapshot to compare it with")
    private String after = "";

    @Option(names = "--metadata", description = "Tell of changed modes, owners and times too")
    private boolean metadata;

    @Option(
            names = "--exact",
            description = "Count nothing as added that is anywhere in the earlier snapshot; reads more of both")
    private boolean exact;

    DiffCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        try (OpenRepository open = session.open();
                HeldLock lock = open.lockToRead()) {
            Repository repository = open.repository();
            Snapshot from = repository.find(before, SnapshotFilter.ALL, session.zone());
            Snapshot to = repository.find(after, SnapshotFilter.ALL, session.zone());
            DiffTotals totals = new SnapshotDiff(repository)
                    .compare(from, to, new SnapshotDiff.Options(metadata, exact), this::print);
            lock.check();
            print(totals);
            session.console()
                    .document(new TotalsDocument(
                            "statistics", from.id().hex(), to.id().hex(), totals));
        }
        return ExitCode.DONE;
    }

    private void print(Change change) {
        Console console = session.console();
        String marker = Character.toString(change.kind().marker());
        if (console.manner().json()) {
            console.listed(new ChangeDocument("change", change.path(), marker));
        } else {
            console.listed(marker + "    " + Console.safe(change.path()));
        }
    }

    private void print(DiffTotals totals) {
        Console console = session.console();
        console.note("");
        console.note(line("added", totals.added()));
        console.note(line("removed", totals.removed()));
        console.note("changed: " + totals.changed() + (metadata ? ", only metadata: " + totals.metadata() : ""));
    }

    private static String line(String what, DiffTotals.Side side) {
        return String.format(
                Locale.ROOT,
                "%s: %s, %s, %s; %s of %s, stored as %s",
                what,
                Count.of(side.files(), "file"),
                Count.of(side.folders(), "folder"),
                Count.of(side.others(), "other"),
                Count.of(side.dataBlobs() + side.treeBlobs(), "blob"),
                Sizes.format(side.bytes()),
                Sizes.format(side.storedBytes()));
    }
}
