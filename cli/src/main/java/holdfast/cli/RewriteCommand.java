package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.ProgressLine;
import holdfast.cli.console.Sizes;
import holdfast.model.Count;
import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
import holdfast.model.PathPatterns;
import holdfast.model.Progress;
import holdfast.repository.Repository;
import holdfast.rewrite.Removed;
import holdfast.rewrite.Rewrite;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "rewrite",
        description = {
            "Take files out of snapshots that are there already.",
            "",
            "Each of them in which something fits is saved anew without it, with the tag 'rewrite'; the old one stays"
                    + " unless --forget is given. The space is freed by 'holdfast prune'. The new ones are not proven.",
            "Of all snapshots that --host, --tag and --path leave, or of those that are named."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast rewrite --exclude '/srv/www/secret.key' --dry-run",
            "  holdfast rewrite --exclude '*.iso' --exclude '**/cache' --host web1",
            "  holdfast rewrite --exclude-file patterns --forget latest && holdfast prune"
        })
final class RewriteCommand implements Callable<Integer> {
    /// What `rewrite --json` prints.
    record Document(String messageType, boolean dryRun, boolean forget, List<Entry> rewritten) {}

    /// @param newId empty with `--dry-run`, unless an earlier run has saved it
    /// @param excluded what fitted, a thousand at most
    record Entry(String oldId, String newId, long nodes, long files, long bytes, List<String> excluded) {}

    private final Session session;

    @Mixin
    private final SnapshotFilterOptions filter = new SnapshotFilterOptions();

    @Option(
            names = {"-e", "--exclude"},
            paramLabel = "PATTERN",
            description = "Take out what fits, as with 'holdfast backup'; may be repeated")
    private final List<String> exclude = new ArrayList<>();

    @Option(
            names = "--exclude-file",
            paramLabel = "FILE",
            description = "Read such patterns from a file, one a line; '#' begins a comment, '!' takes back in")
    private final List<Path> excludeFile = new ArrayList<>();

    @Option(names = "--forget", description = "Remove the old snapshots once the new ones are saved")
    private boolean forget;

    @Option(
            names = {"-n", "--dry-run"},
            description = "Show what would be taken out, change nothing")
    private boolean dryRun;

    @Parameters(
            arity = "0..*",
            paramLabel = "SNAPSHOT",
            description = "latest, an id or the beginning of one, or a time. Default: all that the filters leave")
    private final List<String> wanted = new ArrayList<>();

    RewriteCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        PathPatterns patterns = patterns();
        try (OpenRepository open = session.open();
                HeldLock lock = dryRun ? open.lockToRead() : open.lockToForget()) {
            Repository repository = open.repository();
            Progress progress = new Progress();
            Rewrite rewrite = new Rewrite(repository, patterns, progress);
            List<Rewrite.Change> changes;
            try (ProgressLine _ = session.console().follow(progress)) {
                changes = rewrite.plan(filter.select(repository, wanted, session.zone()), forget);
                if (!dryRun && !changes.isEmpty()) {
                    changes =
                            rewrite.apply(changes, forget, Objects.requireNonNull(lock.lock(), "writing needs a lock"));
                }
            }
            report(changes);
        }
        return ExitCode.DONE;
    }

    private PathPatterns patterns() throws IOException {
        List<String> all = new ArrayList<>();
        for (Path file : excludeFile) {
            all.addAll(PathPatterns.lines(
                    Files.readString(session.world().folder().resolve(file), StandardCharsets.UTF_8)));
        }
        all.addAll(exclude);
        if (all.isEmpty()) {
            throw new HoldfastException.BadUsage("nothing says what to take out", "give --exclude or --exclude-file");
        }
        return PathPatterns.of(all);
    }

    private void report(List<Rewrite.Change> changes) {
        Console console = session.console();
        for (Rewrite.Change change : changes) {
            Removed removed = change.removed();
            String what = Count.of(removed.files(), "file") + ", " + Sizes.format(removed.bytes());
            String old = "snapshot " + change.before().id().brief();
            String now = change.there() || !dryRun ? change.after().id().brief() : "";
            if (dryRun) {
                console.line(old + " would lose " + what + (now.isEmpty() ? "" : ", as " + now + " did"));
            } else {
                console.line(old + " without " + what + " is " + now + (forget ? ", and removed" : ""));
            }
            removed.paths().forEach(path -> console.detail("  " + Console.safe(FileNames.display(path))));
        }
        console.line((dryRun ? "would rewrite " : "rewrote ") + Count.of(changes.size(), "snapshot"));
        if (forget && !dryRun && !changes.isEmpty()) {
            console.note("The space is freed by 'holdfast prune'.");
        }
        console.document(new Document(
                "rewrite", dryRun, forget, changes.stream().map(this::entry).toList()));
    }

    private Entry entry(Rewrite.Change change) {
        Removed removed = change.removed();
        return new Entry(
                change.before().id().hex(),
                change.there() || !dryRun ? change.after().id().hex() : "",
                removed.nodes(),
                removed.files(),
                removed.bytes(),
                removed.paths().stream().map(FileNames::display).toList());
    }
}
