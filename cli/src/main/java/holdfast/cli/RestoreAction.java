package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Durations;
import holdfast.cli.console.ProgressLine;
import holdfast.cli.console.Sizes;
import holdfast.extract.ExtractResult;
import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.repository.Manifests;
import holdfast.restore.Restore;
import holdfast.restore.RestorePlan;
import holdfast.restore.RestoreRequest;
import holdfast.restore.RestoreResult;
import holdfast.source.postgres.restore.DatabaseResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The steps of a restore, in their order: plan, say it, ask, take a safety snapshot, restore,
/// tell.
final class RestoreAction {
    private static final int SHOWN = 20;

    /// What the user has said beforehand.
    ///
    /// @param question that is asked before anything is changed
    record Consent(boolean dryRun, boolean yes, boolean safetySnapshot, String question) {
        static final String QUESTION = "Replace what is there?";
    }

    /// What `restore --dry-run --json` prints.
    record PlanDocument(
            String messageType,
            String snapshotId,
            List<TargetDocument> targets,
            long files,
            long bytes,
            List<DatabaseRestores.PlanDocument> databases,
            boolean safetySnapshot) {}

    record TargetDocument(String kind, String source, String path, String action) {}

    /// What `restore --json` prints at the end.
    ///
    /// @param restoreId made up for this restore; its log begins with it
    record Document(
            String messageType,
            String restoreId,
            Instant startedAt,
            Instant endedAt,
            String snapshotId,
            String status,
            String safetySnapshotId,
            List<String> safetySchemas,
            List<TargetDocument> targets,
            long files,
            long bytesWritten,
            long bytesKept,
            List<String> keptFiles,
            boolean verified,
            double totalDuration,
            List<CheckResult> failedChecks,
            List<ExtractResult.Failure> failures,
            List<DatabaseReport.Document> databases) {}

    /// What was saved before anything was replaced.
    ///
    /// @param schemas in databases that rows were taken from
    private record Saved(Optional<Snapshot> snapshot, List<String> schemas) {}

    private final Session session;
    private final OpenRepository open;
    private final Operations operations;
    private final Operations.InUse inUse;
    private final String restoreId = newId();
    private final Instant started;

    RestoreAction(Session session, OpenRepository open, Operations.InUse inUse) {
        this.session = session;
        this.open = open;
        this.operations = new Operations(session, open);
        this.inUse = inUse;
        this.started = session.clock().instant();
    }

    static String newId() {
        return UUID.randomUUID().toString();
    }

    /// @param files what shall be written into the file system, if anything
    /// @param databases what shall go into servers
    int run(Snapshot snapshot, Optional<RestoreRequest> files, DatabaseWish databases, Consent consent)
            throws IOException {
        Console console = session.console();
        Progress progress = new Progress();
        Restore restore = operations.restore(progress, inUse);
        try (HeldLock lock = open.lockToRead();
                RestoreLog log = new RestoreLog(databases.log(), session.clock())) {
            DatabaseRestores servers = new DatabaseRestores(session, open, databases, log, progress);
            servers.plan(snapshot, databases.of(open.repository(), snapshot));
            if (servers.isEmpty() && !databases.given().isEmpty()) {
                throw DatabaseOptionsGroup.useless(databases.given());
            }
            Optional<RestorePlan> plan = files.isPresent() && (servers.isEmpty() || hasOthers(snapshot))
                    ? Optional.of(restore.plan(snapshot, files.get()))
                    : Optional.empty();
            boolean inPlace = plan.map(RestorePlan::request)
                    .filter(request -> request.destination() instanceof RestoreRequest.Destination.InPlace)
                    .isPresent();
            boolean replaces =
                    servers.changes() || plan.filter(RestorePlan::replaces).isPresent();
            boolean safety = consent.safetySnapshot()
                    && (servers.changes()
                            || (inPlace && plan.filter(RestorePlan::replaces).isPresent()));
            printPlan(snapshot, plan, servers, safety, consent.dryRun());
            if (consent.dryRun()) {
                return ExitCode.DONE;
            }
            databases.evidence().ifPresent(MaskEvidence::requireFree);
            log.open();
            log.line("restore " + restoreId + " of snapshot " + snapshot.id().hex());
            if (replaces) {
                session.confirmation().require(question(consent, servers, plan), consent.yes());
            }
            Optional<Snapshot> saved = safety
                    ? Optional.of(new SafetySnapshot(session, operations, inUse).take(plan, servers, lock))
                    : Optional.empty();
            saved.ifPresent(kept ->
                    console.note("safety snapshot " + kept.id().brief() + " taken; 'holdfast undo' brings it back"));
            List<String> safetySchemas = servers.keepRows();
            Optional<RestoreResult> written = Optional.empty();
            List<DatabaseRestores.Outcome> outcomes;
            try (ProgressLine _ = console.follow(progress)) {
                if (plan.isPresent()) {
                    written = Optional.of(restore.run(plan.get()));
                }
                outcomes = servers.run();
            }
            int code = report(snapshot, written, outcomes, new Saved(saved, safetySchemas), databases, log);
            lock.check();
            return code;
        }
    }

    private static String question(Consent consent, DatabaseRestores servers, Optional<RestorePlan> plan) {
        boolean adds = consent.question().equals(Consent.QUESTION)
                && servers.onlyAdds()
                && plan.filter(RestorePlan::replaces).isEmpty();
        return adds ? "Add to what is there?" : consent.question();
    }

    /// Whether a snapshot holds anything but databases of servers.
    private boolean hasOthers(Snapshot snapshot) throws IOException {
        return Manifests.read(open.repository(), snapshot)
                .filter(manifest ->
                        manifest.sources().stream().allMatch(source -> source.kind() == SourceKind.POSTGRES_DATABASE))
                .isEmpty();
    }

    private void printPlan(
            Snapshot snapshot, Optional<RestorePlan> plan, DatabaseRestores servers, boolean safety, boolean dryRun) {
        Console console = session.console();
        long files = plan.map(one -> one.tree().fileNames()).orElse(0L);
        long bytes = plan.map(one -> one.tree().bytes()).orElse(0L);
        console.note((dryRun ? "would restore" : "restoring") + " snapshot "
                + snapshot.id().brief() + " of "
                + snapshot.time()
                + (plan.isPresent() ? ": " + Count.of(files, "file") + ", " + Sizes.format(bytes) : ""));
        List<RestorePlan.Target> targets = plan.map(RestorePlan::targets).orElse(List.of());
        for (RestorePlan.Target target : targets) {
            console.note("  " + action(target) + " " + Console.safe(target.path()));
        }
        servers.print();
        if (safety) {
            console.note("  after a safety snapshot of what is there");
        }
        if (dryRun) {
            console.document(new PlanDocument(
                    "plan", snapshot.id().hex(), documents(targets), files, bytes, servers.planDocuments(), safety));
        }
    }

    private static String action(RestorePlan.Target target) {
        if (target.swapped()) {
            return target.exists() ? "swap" : "put back";
        }
        return target.exists() ? "write into" : "write";
    }

    private static List<TargetDocument> documents(List<RestorePlan.Target> targets) {
        return targets.stream()
                .map(target -> new TargetDocument(
                        target.source().map(source -> source.kind().label()).orElse("part"),
                        target.source().map(SourceRecord::location).orElse(""),
                        target.path(),
                        action(target)))
                .toList();
    }

    private int report(
            Snapshot snapshot,
            Optional<RestoreResult> written,
            List<DatabaseRestores.Outcome> outcomes,
            Saved saved,
            DatabaseWish databases,
            RestoreLog log)
            throws IOException {
        List<Integer> codes = new ArrayList<>();
        written.ifPresent(result -> codes.add(report(result)));
        DatabaseReport reports =
                new DatabaseReport(session, log, databases.options().checks());
        for (DatabaseRestores.Outcome outcome : outcomes) {
            int one = reports.report(outcome);
            if (one == ExitCode.DONE && !new CommandAfter(session, databases.runAfter()).run(outcome.target())) {
                one = ExitCode.FAILED;
            }
            codes.add(one);
        }
        int code = DatabaseReport.together(codes);
        boolean completed = code == ExitCode.DONE;
        boolean verified = written.map(RestoreResult::verified).orElse(true)
                && (outcomes.isEmpty() || !databases.options().checks().isEmpty());
        if (databases.evidence().isPresent()) {
            databases
                    .evidence()
                    .get()
                    .write(
                            restoreId,
                            snapshot.id().hex(),
                            started,
                            session.clock().instant(),
                            outcomes.stream().map(reports::document).toList());
        }
        session.console()
                .document(document(
                        snapshot,
                        reports,
                        written,
                        outcomes,
                        saved,
                        verified,
                        !completed ? "failed" : verified ? "completed" : "restored"));
        return code;
    }

    private Document document(
            Snapshot snapshot,
            DatabaseReport reports,
            Optional<RestoreResult> written,
            List<DatabaseRestores.Outcome> outcomes,
            Saved saved,
            boolean verified,
            String status) {
        Duration took = outcomes.stream()
                .flatMap(outcome -> outcome.result().stream())
                .map(DatabaseResult::took)
                .reduce(written.map(RestoreResult::took).orElse(Duration.ZERO), Duration::plus);
        return new Document(
                "summary",
                restoreId,
                started,
                session.clock().instant(),
                snapshot.id().hex(),
                status,
                saved.snapshot().map(kept -> kept.id().hex()).orElse(""),
                saved.schemas(),
                documents(written.map(result -> result.plan().targets()).orElse(List.of())),
                written.map(result -> result.extracted().files()).orElse(0L),
                written.map(result -> result.extracted().writtenBytes()).orElse(0L),
                written.map(result -> result.extracted().keptBytes()).orElse(0L),
                written.map(RestoreResult::kept).orElse(List.of()).stream()
                        .map(Path::toString)
                        .toList(),
                verified,
                took.toMillis() / 1000.0,
                written.map(RestoreResult::checks).orElse(List.of()).stream()
                        .filter(check -> !check.passed())
                        .toList(),
                written.map(result -> result.extracted().failures()).orElse(List.of()),
                outcomes.stream().map(reports::document).toList());
    }

    private int report(RestoreResult result) {
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
        return result.passed() ? ExitCode.DONE : ExitCode.DAMAGED;
    }
}
