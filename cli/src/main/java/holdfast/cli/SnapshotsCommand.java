package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Console.Style;
import holdfast.cli.console.Sizes;
import holdfast.cli.console.Table;
import holdfast.model.Count;
import holdfast.model.HoldfastException;
import holdfast.model.Snapshot;
import holdfast.policy.SourceGroup;
import holdfast.repository.SnapshotFilter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "snapshots",
        description = "List snapshots, oldest first, and how far each is proven.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast snapshots",
            "  holdfast snapshots --latest 1                  the newest of every source",
            "  holdfast snapshots --host web1 --tag nightly",
            "  holdfast snapshots --json latest"
        })
final class SnapshotsCommand implements Callable<Integer> {
    /// What `snapshots --json` prints.
    ///
    /// @param unreadable what is damaged so that it cannot be listed
    record Document(String messageType, List<SnapshotDocument> snapshots, List<String> unreadable) {}

    private final Session session;

    @Mixin
    private final SnapshotFilterOptions filter = new SnapshotFilterOptions();

    @Option(
            names = "--latest",
            paramLabel = "N",
            description = "Only the newest N snapshots of every source (same host and paths)")
    private OptionValues.@Nullable Count latest;

    @Parameters(
            arity = "0..*",
            paramLabel = "SNAPSHOT",
            description = "latest, an id or the beginning of one, or a time. Default: all")
    private final List<String> wanted = new ArrayList<>();

    SnapshotsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        List<String> unreadable = new ArrayList<>();
        List<SnapshotView> views;
        try (OpenRepository open = session.open()) { // a list needs no lock, and so waits for nobody
            views = SnapshotView.of(open.repository(), select(open, unreadable));
        }
        Console console = session.console();
        if (views.isEmpty()) {
            console.line("no snapshots");
        } else {
            table(views).lines().forEach(console::line);
            console.note(Count.of(views.size(), "snapshot"));
        }
        unreadable.forEach(console::warn);
        console.document(new Document(
                "snapshots", views.stream().map(SnapshotDocument::of).toList(), unreadable));
        return unreadable.isEmpty() ? ExitCode.DONE : ExitCode.DAMAGED;
    }

    private List<Snapshot> select(OpenRepository open, List<String> unreadable) throws IOException {
        List<Snapshot> selected = new ArrayList<>();
        SnapshotFilter fitting = filter.filter(open.repository());
        if (!wanted.isEmpty()) {
            for (String one : wanted) {
                selected.add(open.repository().find(one, fitting, session.zone()));
            }
            return selected.stream().distinct().toList();
        }
        for (Snapshot snapshot : open.repository().snapshots(damaged -> unreadable.add(text(damaged)))) {
            if (fitting.admits(snapshot)) {
                selected.add(snapshot);
            }
        }
        return latest == null || latest.number() < 0 ? selected : newest(selected, latest.number());
    }

    private static String text(HoldfastException.Damaged damaged) {
        return Failure.of(damaged).message();
    }

    /// @param snapshots oldest first
    private static List<Snapshot> newest(List<Snapshot> snapshots, int number) {
        Map<SourceGroup, Integer> seen = new HashMap<>();
        List<Snapshot> newest = new ArrayList<>();
        for (Snapshot snapshot : snapshots.reversed()) {
            if (seen.merge(SourceGroup.of(snapshot, SourceGroup.DEFAULT), 1, Integer::sum) <= number) {
                newest.add(snapshot);
            }
        }
        return newest.reversed();
    }

    private Table table(List<SnapshotView> views) {
        Console console = session.console();
        Table table = new Table("ID", "Time", "Host", "Paths", "Tags", ">Size", "Proof", "");
        for (SnapshotView view : views) {
            Snapshot snapshot = view.snapshot();
            table.row(
                    snapshot.id().brief(),
                    session.time(snapshot.time()),
                    Console.safe(snapshot.host()),
                    paths(snapshot),
                    view.tags(),
                    view.bytes() < 0 ? "?" : Sizes.format(view.bytes()),
                    console.paint(style(view), view.proofText()),
                    console.paint(view.damaged() ? Style.BAD : Style.WARNING, view.marks()));
        }
        return table;
    }

    private static String paths(Snapshot snapshot) {
        return String.join("\n", snapshot.paths().stream().map(Console::safe).toList());
    }

    private static Style style(SnapshotView view) {
        if (view.damaged()) {
            return Style.BAD;
        }
        return view.level() == null || view.level().number() == 0 ? Style.WARNING : Style.GOOD;
    }
}
