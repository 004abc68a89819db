package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.ProgressLine;
import holdfast.cli.console.Sizes;
import holdfast.copy.Copy;
import holdfast.copy.CopyPlan;
import holdfast.copy.CopyResult;
import holdfast.model.Count;
import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.repository.Client;
import holdfast.verify.VerifyResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "copy",
        description = {
            "Copy snapshots from another repository to this one.",
            "",
            "All that --host, --tag and --path leave, or those that are named. What is here already is not copied again;"
                    + " what was interrupted goes on. Compressed content stays as it is; what is not compressed is."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast copy --repo /mnt/copy --from-repo /srv/backups --from-password-file old.key",
            "  holdfast copy --from-repo /srv/backups --tag nightly --dry-run",
            "  holdfast copy --from-repo /srv/backups latest --prove identical"
        })
final class CopyCommand implements Callable<Integer> {
    /// What `copy --json` prints.
    ///
    /// @param copied empty with `--dry-run`, where `missing` says what would be copied
    /// @param written nothing with `--dry-run`
    record Document(
            String messageType,
            boolean dryRun,
            List<String> missing,
            List<There> present,
            CopyPlan.Figures plan,
            List<Copied> copied,
            List<Lost> failed,
            Optional<Written> written) {}

    /// @param id in the repository that is copied from
    record There(String id, String here) {}

    /// @param passed whether it is proven to `level`
    record Copied(String id, String here, String level, boolean passed) {}

    record Lost(String id, String reason) {}

    record Written(long blobs, long bytes) {}

    private final Session session;

    @Mixin
    private final SourceRepositoryOptions from = new SourceRepositoryOptions();

    @Mixin
    private final SnapshotFilterOptions filter = new SnapshotFilterOptions();

    @Option(
            names = {"-n", "--dry-run"},
            description = "Show what would be copied, copy nothing")
    private boolean dryRun;

    @Option(
            names = "--prove",
            paramLabel = "LEVEL",
            converter = ProvableLevel.class,
            description = {
                "Prove the copies at once: written, stored, sound, restored, identical, or 0 to 4.",
                "Default: stored, which reads again what this run has written"
            })
    private ProofLevel prove = ProofLevel.STORED;

    @Parameters(
            arity = "0..*",
            paramLabel = "SNAPSHOT",
            description = "latest, an id or the beginning of one, or a time. Default: all that the filters leave")
    private final List<String> wanted = new ArrayList<>();

    CopyCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        try (OpenRepository source = session.openSource(from);
                OpenRepository target = session.open()) {
            if (source.storage().location().equals(target.storage().location())) {
                throw new HoldfastException.BadUsage(
                        "both repositories are " + target.storage().location(),
                        "--from-repo is where snapshots are copied from, --repo where they go");
            }
            try (HeldLock reading = source.lockToRead();
                    HeldLock lock = dryRun ? target.lockToRead() : target.lockToWrite()) {
                int code = copy(source, target, lock);
                reading.check();
                return code;
            }
        }
    }

    private int copy(OpenRepository source, OpenRepository target, HeldLock lock) throws IOException {
        List<HoldfastException.Damaged> damaged = new ArrayList<>();
        List<Snapshot> snapshots = filter.select(source.repository(), wanted, session.zone(), damaged::add).stream()
                .sorted(Comparator.comparing(Snapshot::time))
                .toList();
        damaged.forEach(
                file -> session.console().warn("not copied: " + Failure.of(file).message()));
        Progress progress = new Progress();
        Copy.Options options = new Copy.Options(
                session.options().compression.level(),
                prove != ProofLevel.WRITTEN,
                Client.current().host());
        Copy copy = new Copy(source.repository(), target.repository(), options, session.clock(), progress);
        CopyPlan plan;
        try (ProgressLine _ = session.console().follow(progress)) {
            plan = copy.plan(snapshots);
        }
        show(plan);
        if (dryRun) {
            session.console().document(document(plan, List.of(), plan.lost(), Optional.empty()));
            return plan.lost().isEmpty() && damaged.isEmpty() ? ExitCode.DONE : ExitCode.DAMAGED;
        }
        CopyResult result;
        try (ProgressLine _ = session.console().follow(progress)) {
            result = copy.apply(plan, Objects.requireNonNull(lock.lock(), "writing needs a lock"));
        }
        return report(plan, result, prove(target, result)) && damaged.isEmpty() ? ExitCode.DONE : ExitCode.DAMAGED;
    }

    private void show(CopyPlan plan) {
        Console console = session.console();
        plan.there()
                .forEach(there ->
                        console.detail("snapshot " + there.snapshot().id().brief() + " is here as "
                                + there.as().brief()));
        if (!plan.there().isEmpty()) {
            console.note(Count.of(plan.there().size(), "snapshot") + " already here");
        }
        if (dryRun) {
            plan.snapshots().forEach(snapshot -> console.line("would copy " + name(snapshot)));
            plan.lost().forEach(this::warn);
        }
        CopyPlan.Figures figures = plan.figures();
        String rest = Count.of(plan.snapshots().size(), "snapshot") + ", "
                + Count.of(figures.blobs(), "blob") + " not here yet, "
                + Sizes.format(figures.storedBytes());
        if (dryRun) {
            console.line("would copy " + rest);
        } else {
            console.note("copying " + rest);
        }
    }

    private String name(Snapshot snapshot) {
        return "snapshot " + snapshot.id().brief() + " of " + session.time(snapshot.time()) + ", "
                + Console.safe(snapshot.host()) + " " + Console.safe(String.join(", ", snapshot.paths()));
    }

    private void warn(CopyPlan.Lost lost) {
        session.console()
                .warn((dryRun ? "would not copy " : "not copied: ") + name(lost.snapshot()) + ": "
                        + Console.safe(lost.why()));
    }

    /// What more is asked for than the copying has proven.
    private List<Copied> prove(OpenRepository target, CopyResult result) throws IOException {
        List<Copied> proven = new ArrayList<>();
        Operations operations = new Operations(session, target);
        for (CopyResult.Copied one : result.copied()) {
            ProofLevel level = one.level();
            boolean passed = true;
            if (prove.number() >= ProofLevel.SOUND.number()) {
                VerifyResult verified = operations.verify(one.after(), prove, Operations.scratch(session));
                level = prove;
                passed = verified.proof().passed();
            }
            proven.add(new Copied(one.before().id().hex(), one.after().id().hex(), level.label(), passed));
        }
        return proven;
    }

    /// @return whether all went well
    private boolean report(CopyPlan plan, CopyResult result, List<Copied> proven) {
        Console console = session.console();
        for (int i = 0; i < proven.size(); i++) {
            CopyResult.Copied one = result.copied().get(i);
            String line =
                    "copied " + name(one.before()) + " as " + one.after().id().brief();
            if (proven.get(i).passed()) {
                console.line(line + ", " + proven.get(i).level());
            } else {
                console.line(line);
                console.warn("it is NOT " + proven.get(i).level() + ": 'holdfast verify "
                        + one.after().id().brief() + " --level " + proven.get(i).level() + "' says why");
            }
        }
        result.lost().forEach(this::warn);
        console.line("copied " + Count.of(proven.size(), "snapshot") + ": " + Count.of(result.blobs(), "blob") + ", "
                + Sizes.format(result.storedBytes()) + " stored");
        console.document(
                document(plan, proven, result.lost(), Optional.of(new Written(result.blobs(), result.storedBytes()))));
        return result.lost().isEmpty() && proven.stream().allMatch(Copied::passed);
    }

    private Document document(CopyPlan plan, List<Copied> copied, List<CopyPlan.Lost> lost, Optional<Written> written) {
        return new Document(
                "copy",
                dryRun,
                plan.snapshots().stream().map(snapshot -> snapshot.id().hex()).toList(),
                plan.there().stream()
                        .map(there -> new There(
                                there.snapshot().id().hex(), there.as().hex()))
                        .toList(),
                plan.figures(),
                copied,
                lost.stream()
                        .map(one -> new Lost(one.snapshot().id().hex(), one.why()))
                        .toList(),
                written);
    }
}
