package holdfast.cli;

import holdfast.backup.BackupRequest;
import holdfast.backup.BackupResult;
import holdfast.cli.console.Console;
import holdfast.cli.console.Durations;
import holdfast.cli.console.ProgressLine;
import holdfast.cli.console.Sizes;
import holdfast.extract.ExtractResult;
import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.restore.Restore;
import holdfast.restore.RestorePlan;
import holdfast.restore.RestoreRequest;
import holdfast.restore.RestoreResult;
import holdfast.source.files.FilesOptions;
import holdfast.source.postgres.PostgresOptions;
import holdfast.source.sqlite.SqliteFiles;
import holdfast.source.sqlite.SqliteOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The steps of a restore, in their order: plan, say it, ask, take a safety snapshot, restore, tell.
final class RestoreAction {
    /// Tag of the snapshots that are taken before something is replaced.
    static final String SAFETY_TAG = "before-restore";

    private static final int SHOWN = 20;

    /// What the user has said beforehand.
    record Consent(boolean dryRun, boolean yes, boolean safetySnapshot) {}

    /// What `restore --dry-run --json` prints.
    record PlanDocument(
            String messageType,
            String snapshotId,
            List<TargetDocument> targets,
            long files,
            long bytes,
            boolean safetySnapshot) {}

    record TargetDocument(String kind, String source, String path, String action) {}

    /// What `restore --json` prints at the end.
    record Document(
            String messageType,
            String snapshotId,
            String status,
            String safetySnapshotId,
            List<TargetDocument> targets,
            long files,
            long bytesWritten,
            long bytesKept,
            List<String> keptFiles,
            boolean verified,
            double totalDuration,
            List<CheckResult> failedChecks,
            List<ExtractResult.Failure> failures) {}

    private final Session session;
    private final OpenRepository open;
    private final Operations operations;
    private final Operations.InUse inUse;

    RestoreAction(Session session, OpenRepository open, Operations.InUse inUse) {
        this.session = session;
        this.open = open;
        this.operations = new Operations(session, open);
        this.inUse = inUse;
    }

    int run(Snapshot snapshot, RestoreRequest request, Consent consent) throws IOException {
        Console console = session.console();
        Progress progress = new Progress();
        Restore restore = operations.restore(progress, inUse);
        try (HeldLock lock = open.lockToRead()) {
            RestorePlan plan = restore.plan(snapshot, request);
            boolean safety = consent.safetySnapshot()
                    && plan.replaces()
                    && request.destination() instanceof RestoreRequest.Destination.InPlace;
            printPlan(plan, safety, consent.dryRun());
            if (consent.dryRun()) {
                return ExitCode.DONE;
            }
            if (plan.replaces()) {
                session.confirmation().require("Replace what is there?", consent.yes());
            }
            Optional<Snapshot> saved = safety ? Optional.of(safetySnapshot(plan, lock)) : Optional.empty();
            saved.ifPresent(kept ->
                    console.note("safety snapshot " + kept.id().brief() + " taken; 'holdfast undo' brings it back"));
            RestoreResult result;
            try (ProgressLine _ = console.follow(progress)) {
                result = restore.run(plan);
            }
            lock.check();
            return report(result, saved);
        }
    }

    /// What stands at the targets now, as it is: a database that is no longer one is kept as a plain
    /// file.
    private Snapshot safetySnapshot(RestorePlan plan, HeldLock lock) throws IOException {
        List<SourceArguments.Named.OnDisk> named = new ArrayList<>();
        for (RestorePlan.Target target : plan.targets()) {
            if (target.exists()) {
                Path path = Path.of(target.path());
                boolean database = target.source().map(SourceRecord::kind).orElse(SourceKind.FILES) == SourceKind.SQLITE
                        && Files.isRegularFile(path)
                        && SqliteFiles.looksLikeSqlite(path);
                named.add(new SourceArguments.Named.OnDisk(database ? SourceKind.SQLITE : SourceKind.FILES, path));
            }
        }
        try {
            return take(named, lock);
        } catch (HoldfastException.Damaged e) {
            throw new HoldfastException.Damaged(
                    "nothing was restored, since no safety snapshot can be taken: " + e.getMessage(),
                    "restore into a --target, or in place without a safety snapshot by --no-safety-snapshot",
                    e);
        } catch (HoldfastException.PreCheckFailed | IOException e) {
            session.console().detail("as a database it cannot be read any more: " + e.getMessage());
            return take(
                    named.stream()
                            .map(source -> new SourceArguments.Named.OnDisk(SourceKind.FILES, source.place()))
                            .toList(),
                    lock);
        }
    }

    private Snapshot take(List<SourceArguments.Named.OnDisk> named, HeldLock lock) throws IOException {
        Set<String> leaveOut =
                session.location().path().map(Path::toString).map(Set::of).orElse(Set.of());
        SourceArguments.Reading reading = new SourceArguments.Reading(
                operations.drivers().host(),
                Operations.scratch(session),
                SqliteOptions.DEFAULTS.withBusyTimeout(inUse.timeout()),
                FilesOptions.EVERYTHING.withLeaveOut(leaveOut),
                new SourceArguments.Databases(
                        session.environment().searchPath(), PostgresOptions.DEFAULTS, session.clock()));
        BackupRequest request = new BackupRequest(
                SourceArguments.open(List.copyOf(named), reading),
                named.stream().map(SourceArguments.Named::path).toList(),
                List.of(),
                List.of(SAFETY_TAG),
                SAFETY_TAG,
                "what a restore was about to replace",
                new BackupRequest.Parent.Latest());
        BackupResult result = operations.backUp(
                request,
                operations.host(""),
                session.environment().environmentLabel().orElse(""),
                lock);
        return result.snapshot();
    }

    private void printPlan(RestorePlan plan, boolean safety, boolean dryRun) {
        Console console = session.console();
        Snapshot snapshot = plan.snapshot();
        console.note((dryRun ? "would restore" : "restoring") + " snapshot "
                + snapshot.id().brief() + " of "
                + snapshot.time() + ": " + Count.of(plan.tree().fileNames(), "file") + ", "
                + Sizes.format(plan.tree().bytes()));
        for (RestorePlan.Target target : plan.targets()) {
            console.note("  " + action(target) + " " + Console.safe(target.path()));
        }
        if (safety) {
            console.note("  after a safety snapshot of what is there");
        }
        if (dryRun) {
            console.document(new PlanDocument(
                    "plan",
                    snapshot.id().hex(),
                    documents(plan),
                    plan.tree().fileNames(),
                    plan.tree().bytes(),
                    safety));
        }
    }

    private static String action(RestorePlan.Target target) {
        if (target.swapped()) {
            return target.exists() ? "swap" : "put back";
        }
        return target.exists() ? "write into" : "write";
    }

    private static List<TargetDocument> documents(RestorePlan plan) {
        return plan.targets().stream()
                .map(target -> new TargetDocument(
                        target.source().map(source -> source.kind().label()).orElse("part"),
                        target.source().map(SourceRecord::location).orElse(""),
                        target.path(),
                        action(target)))
                .toList();
    }

    private int report(RestoreResult result, Optional<Snapshot> saved) {
        Console console = session.console();
        ExtractResult extracted = result.extracted();
        extracted.failures().stream()
                .limit(SHOWN)
                .forEach(failure -> console.warn(Console.safe(failure.path()) + ": " + Console.safe(failure.reason())));
        List<CheckResult> failed =
                result.checks().stream().filter(check -> !check.passed()).toList();
        failed.stream()
                .limit(SHOWN)
                .forEach(check -> console.warn(Console.safe(check.subject()) + ": " + Console.safe(check.detail())));
        result.checks().stream()
                .filter(CheckResult::passed)
                .forEach(check -> console.detail("  " + Console.safe(check.subject()) + ": " + check.detail()));
        result.kept().forEach(path -> console.line("the old database is kept as " + Console.safe(path.toString())));
        console.line("restored " + Count.of(extracted.files(), "file") + ", " + Sizes.format(extracted.writtenBytes())
                + " written" + (extracted.keptBytes() > 0 ? ", " + Sizes.format(extracted.keptBytes()) + " kept" : "")
                + " in " + Durations.format(result.took()));
        String status = !result.passed() ? "failed" : result.verified() ? "completed" : "restored";
        if (result.passed()) {
            console.line(
                    result.verified()
                            ? console.paint(Console.Style.GOOD, "completed")
                                    + ": everything restored equals what was backed up"
                            : "not verified, as you asked");
        } else {
            console.warn("the restore is not complete: " + Count.of(extracted.failed() + failed.size(), "finding"));
            console.hint("what is named above is not as it was; all else is restored. Look for it in another snapshot"
                    + " ('holdfast snapshots'), or find out by 'holdfast check --read-data' what is damaged");
        }
        console.document(new Document(
                "summary",
                result.plan().snapshot().id().hex(),
                status,
                saved.map(snapshot -> snapshot.id().hex()).orElse(""),
                documents(result.plan()),
                extracted.files(),
                extracted.writtenBytes(),
                extracted.keptBytes(),
                result.kept().stream().map(Path::toString).toList(),
                result.verified(),
                result.took().toMillis() / 1000.0,
                failed,
                extracted.failures()));
        return result.passed() ? ExitCode.DONE : ExitCode.DAMAGED;
    }
}
