package holdfast.cli;

import holdfast.cli.console.Sizes;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.stash.Stash;
import holdfast.source.postgres.stash.Stashes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "drop",
        description = "Remove in-database copies. What others have made out of them, such as a view, is a reason to"
                + " refuse.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast stash drop backup_20260301020000",
            "  holdfast stash drop --older-than 7d --dry-run",
            "  holdfast stash drop --older-than 7d --yes postgresql://app@db.example.org/shop"
        })
final class StashDropCommand implements Callable<Integer> {
    /// What `stash drop --json` prints.
    record Document(String messageType, boolean dryRun, List<StashCommand.StashDocument> stashes) {}

    private final Session session;

    @Parameters(
            arity = "0..2",
            paramLabel = "STASH",
            description = "Its name, or latest; postgresql://... beside it says in which database. Default:"
                    + " $DATABASE_URL")
    private List<String> words = new ArrayList<>();

    @Option(names = "--older-than", paramLabel = "TIME", description = "All that are older, for instance 7d")
    private @Nullable Duration olderThan;

    @Option(
            names = {"-n", "--dry-run"},
            description = "Show what would be removed; remove nothing")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask before something is removed")
    private boolean yes;

    @Mixin
    private final StashOptions options = new StashOptions();

    StashDropCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        StashOptions.Words named = StashOptions.Words.of(words);
        if (olderThan != null && !named.name().isEmpty()) {
            throw new HoldfastException.BadUsage(
                    "a stash is named and --older-than is given", "either of them says what to drop");
        }
        if (olderThan == null && named.name().isEmpty()) {
            throw new HoldfastException.BadUsage("nothing says which stash to drop", "name it, or say --older-than 7d");
        }
        Stashes stashes = options.open(session, named.database());
        List<Stash> found = olderThan == null ? List.of(stashes.find(named.choice(""))) : stashes.olderThan(olderThan);
        if (found.isEmpty()) {
            session.console().line("no stash is that old");
        } else {
            StashCommand.table(session, found).lines().forEach(session.console()::note);
            if (!dryRun) {
                session.confirmation().require("Drop " + stashes(found) + "?", yes);
                stashes.drop(found);
            }
            long bytes = found.stream().mapToLong(Stash::bytes).sum();
            session.console().line((dryRun ? "would drop " : "dropped ") + stashes(found) + ", " + Sizes.format(bytes));
        }
        session.console()
                .document(new Document(
                        "stashes_dropped",
                        dryRun,
                        found.stream().map(StashCommand.StashDocument::of).toList()));
        return ExitCode.DONE;
    }

    private static String stashes(List<Stash> found) {
        return found.size() == 1 ? found.getFirst().name() : found.size() + " stashes";
    }
}
