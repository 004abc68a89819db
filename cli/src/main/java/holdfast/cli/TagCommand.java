package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.model.Count;
import holdfast.model.HoldfastException;
import holdfast.repository.Repository;
import holdfast.rewrite.Retag;
import holdfast.rewrite.TagChange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "tag",
        description = {
            "Change the tags of snapshots.",
            "",
            "Of all snapshots that --host, --tag and --path leave, or of those that are named. A snapshot with other tags"
                    + " has another id; its proofs go with it."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast tag --add keep latest",
            "  holdfast tag --set nightly,shop --host db1",
            "  holdfast tag --remove before-migration 5a1c3e77 --dry-run"
        })
final class TagCommand implements Callable<Integer> {
    /// What `tag --json` prints.
    record Document(String messageType, boolean dryRun, List<Entry> changed) {}

    /// @param newId the same as before with `--dry-run`
    record Entry(String oldId, String newId, List<String> oldTags, List<String> newTags) {
        static Entry of(Retag.Changed one) {
            return new Entry(
                    one.before().id().hex(),
                    one.after().id().hex(),
                    one.before().tags(),
                    one.after().tags());
        }
    }

    private final Session session;

    @Mixin
    private final SnapshotFilterOptions filter = new SnapshotFilterOptions();

    @Option(names = "--set", paramLabel = "TAG[,TAG...]", description = "Have these tags and no others; '' for none")
    private @Nullable List<String> set;

    @Option(names = "--add", paramLabel = "TAG[,TAG...]", description = "Have these tags too")
    private final List<String> add = new ArrayList<>();

    @Option(names = "--remove", paramLabel = "TAG[,TAG...]", description = "Have these tags no more")
    private final List<String> remove = new ArrayList<>();

    @Option(
            names = {"-n", "--dry-run"},
            description = "Show what would change, change nothing")
    private boolean dryRun;

    @Parameters(
            arity = "0..*",
            paramLabel = "SNAPSHOT",
            description = "latest, an id or the beginning of one, or a time. Default: all that the filters leave")
    private final List<String> wanted = new ArrayList<>();

    TagCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        TagChange change = change();
        try (OpenRepository open = session.open();
                HeldLock lock = dryRun ? open.lockToRead() : open.lockToDelete()) {
            Repository repository = open.repository();
            List<Retag.Changed> changed = Retag.plan(filter.select(repository, wanted, session.zone()), change);
            if (!dryRun) {
                changed = new Retag(repository)
                        .apply(changed, Objects.requireNonNull(lock.lock(), "deleting needs a lock"));
            }
            report(changed);
        }
        return ExitCode.DONE;
    }

    private TagChange change() {
        boolean parts = !add.isEmpty() || !remove.isEmpty();
        if (parts == (set != null)) {
            throw new HoldfastException.BadUsage(
                    parts ? "--set says all tags, so nothing can be added or removed" : "nothing says which tags",
                    "give --set, or --add and --remove");
        }
        return set != null ? TagChange.to(tags(set)) : TagChange.by(tags(add), tags(remove));
    }

    private static List<String> tags(List<String> options) {
        return options.stream()
                .flatMap(list -> List.of(list.split(",", -1)).stream())
                .map(String::strip)
                .filter(tag -> !tag.isEmpty())
                .toList();
    }

    private void report(List<Retag.Changed> changed) {
        Console console = session.console();
        for (Retag.Changed one : changed) {
            String tags = Console.safe(String.join(",", one.after().tags()));
            console.line("snapshot " + one.before().id().brief()
                    + (dryRun ? " would have " : " is " + one.after().id().brief() + " and has ")
                    + (tags.isEmpty() ? "no tags" : "the tags " + tags));
        }
        console.line((dryRun ? "would change " : "changed ") + Count.of(changed.size(), "snapshot"));
        console.document(
                new Document("tag", dryRun, changed.stream().map(Entry::of).toList()));
    }
}
