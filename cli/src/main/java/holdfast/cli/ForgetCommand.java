package holdfast.cli;

import holdfast.cli.console.ProgressLine;
import holdfast.model.Count;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.policy.Candidate;
import holdfast.policy.Plan;
import holdfast.policy.RetentionPolicy;
import holdfast.policy.SourceGroup;
import holdfast.prune.Forget;
import holdfast.prune.Prune;
import holdfast.prune.PruneOptions;
import holdfast.prune.PruneResult;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "forget",
        description = {
            "Remove snapshots by rules, or the ones that are named.",
            "",
            "The rules are applied to every source (same host and paths) by itself. The last proven snapshot of a "
                    + "source is not removed unless forced. The space is freed by 'holdfast prune'."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast forget --keep-daily 7 --keep-weekly 4 --keep-monthly 12 --dry-run",
            "  holdfast forget --keep-within 30d --prune",
            "  holdfast forget --keep-last 3 --host web1",
            "  holdfast forget 5a1c3e77"
        })
final class ForgetCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private final RetentionOptions retention = new RetentionOptions();

    @Mixin
    private final SnapshotFilterOptions filter = new SnapshotFilterOptions();

    @Option(
            names = {"-g", "--group-by"},
            paramLabel = "WHAT",
            description = "What makes a source: host, paths and/or tags; '' for all in one. Default: host,paths")
    private String groupBy = "host,paths";

    @Option(
            names = {"-n", "--dry-run"},
            description = "Show the plan, remove nothing")
    private boolean dryRun;

    @Option(names = "--force", description = "Remove the last proven snapshot of a source too")
    private boolean force;

    @Option(names = "--prune", description = "Free the space at once, as 'holdfast prune' does")
    private boolean prune;

    @Parameters(
            arity = "0..*",
            paramLabel = "SNAPSHOT",
            description = "Snapshots to remove: ids or the beginning of ids. No rules then")
    private final List<String> wanted = new ArrayList<>();

    ForgetCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        Set<SourceGroup.Trait> by = SourceGroup.traits(groupBy)
                .orElseThrow(() -> new HoldfastException.BadUsage(
                        "cannot group by '" + groupBy + "'", "give host, paths and tags, or some of them"));
        RetentionPolicy policy = retention.policy(session.zone());
        if (policy.isEmpty() == wanted.isEmpty()) {
            throw new HoldfastException.BadUsage(
                    wanted.isEmpty() ? "nothing says what to keep" : "both snapshots and rules are given",
                    "give either rules, such as --keep-daily 7, or snapshots to remove");
        }
        try (OpenRepository open = session.open();
                HeldLock lock = dryRun ? open.lockToRead() : open.lockToForget()) {
            Repository repository = open.repository();
            Plan plan = wanted.isEmpty() ? byRules(repository, policy, by) : byName(repository, by);
            new ForgetReport(session, dryRun).print(plan);
            if (!dryRun && !plan.remove().isEmpty()) {
                return carryOut(repository, plan, Objects.requireNonNull(lock.lock(), "deleting needs a lock"));
            }
        }
        return ExitCode.DONE;
    }

    /// @return the exit code
    private int carryOut(Repository repository, Plan plan, Lock lock) throws IOException {
        new Forget(repository).apply(plan, lock);
        if (!prune) {
            session.console().note("The space is freed by 'holdfast prune'.");
            return ExitCode.DONE;
        }
        Progress progress = new Progress();
        Prune freeing = new Prune(repository, progress);
        PruneResult result;
        try (ProgressLine _ = session.console().follow(progress)) {
            result = freeing.apply(freeing.plan(PruneOptions.DEFAULT), lock);
        }
        return PruneCommand.report(session, result);
    }

    private Plan byRules(Repository repository, RetentionPolicy policy, Set<SourceGroup.Trait> by) throws IOException {
        List<Snapshot> admitted = repository.snapshots().stream()
                .filter(filter.filter(repository)::admits)
                .toList();
        return policy.plan(candidates(repository, admitted), by, session.clock().instant(), force);
    }

    private Plan byName(Repository repository, Set<SourceGroup.Trait> by) throws IOException {
        Set<ObjectId> chosen = filter.select(repository, wanted, session.zone()).stream()
                .map(Snapshot::id)
                .collect(Collectors.toSet());
        Plan plan = Plan.removing(chosen, candidates(repository, repository.snapshots()), by, force);
        if (!plan.refused().isEmpty()) {
            ObjectId last = plan.refused().getFirst().candidate().snapshot().id();
            throw new HoldfastException.PreCheckFailed(
                    "cannot forget snapshot " + last.brief() + ": it is the last proven one of its source",
                    "verify a newer one first, or add --force");
        }
        return plan;
    }

    private static List<Candidate> candidates(Repository repository, List<Snapshot> snapshots) throws IOException {
        return SnapshotView.of(repository, snapshots).stream()
                .map(SnapshotView::candidate)
                .toList();
    }

    /// The line that says how many go and how many stay, for [ForgetReport] and every run that expires
    /// snapshots.
    static String summary(Plan plan, boolean dryRun) {
        int gone = plan.remove().size();
        return (dryRun ? "would remove " : "removing ") + Count.of(gone, "snapshot") + ", keeping "
                + plan.keep().size();
    }
}
