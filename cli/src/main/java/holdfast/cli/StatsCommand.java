package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Sizes;
import holdfast.model.Count;
import holdfast.model.Snapshot;
import holdfast.view.RepositoryStats;
import holdfast.view.Stats;
import holdfast.view.StatsMode;
import holdfast.view.StorageUse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "stats",
        description = {
            "Measure what snapshots hold and what the repository takes.",
            "",
            "Modes: restore-size (what restoring each would write), raw-data (what is stored, each blob once),"
                    + " files-by-contents (each content once), blobs-per-file (each blob once per file)"
        },
        footerHeading = "%nExamples:%n",
        footer = {"  holdfast stats", "  holdfast stats latest --mode raw-data", "  holdfast stats --host web1 --json"})
final class StatsCommand implements Callable<Integer> {
    /// What `stats --json` prints.
    record Document(String messageType, List<Stats> stats, StorageUse storage) {}

    private final Session session;

    @Parameters(
            arity = "0..*",
            paramLabel = "SNAPSHOT",
            description = "latest, an id or the beginning of one, or a time. Default: all")
    private final List<String> wanted = new ArrayList<>();

    @Mixin
    private final SnapshotFilterOptions filter = new SnapshotFilterOptions();

    @Option(names = "--mode", paramLabel = "MODE", description = "What to measure. Default: restore-size and raw-data")
    private @Nullable StatsMode mode;

    StatsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        try (OpenRepository open = session.open();
                HeldLock lock = open.lockToRead()) {
            List<Snapshot> snapshots = filter.select(open.repository(), wanted, session.zone());
            RepositoryStats measuring = new RepositoryStats(open.repository());
            List<Stats> stats = new ArrayList<>();
            for (StatsMode one : mode == null ? List.of(StatsMode.RESTORE_SIZE, StatsMode.RAW_DATA) : List.of(mode)) {
                stats.add(measuring.measure(snapshots, one));
            }
            StorageUse use = StorageUse.of(open.storage());
            lock.check();
            stats.forEach(this::print);
            session.console()
                    .line("the repository takes " + Sizes.format(use.bytes()) + " in "
                            + Count.of(
                                    use.kinds().values().stream()
                                            .mapToLong(StorageUse.Kind::files)
                                            .sum(),
                                    "file"));
            session.console().document(new Document("stats", stats, use));
        }
        return ExitCode.DONE;
    }

    private void print(Stats stats) {
        Console console = session.console();
        StringBuilder text =
                new StringBuilder(stats.mode().label() + " of " + Count.of(stats.snapshots(), "snapshot") + ": ");
        text.append(Sizes.format(stats.bytes()));
        if (stats.entries() > 0) {
            text.append(", ").append(Count.of(stats.files(), "file"));
            text.append(", ").append(Count.of(stats.entries(), "entry"));
        }
        if (stats.blobs() > 0) {
            text.append(", ").append(Count.of(stats.blobs(), "blob"));
        }
        if (stats.storedBytes() > 0) {
            text.append(", stored as ").append(Sizes.format(stats.storedBytes()));
            text.append(String.format(Locale.ROOT, " (%.2f times smaller)", stats.compressionRatio()));
        }
        console.line(text.toString());
    }
}
