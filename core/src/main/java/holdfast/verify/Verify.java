package holdfast.verify;

import holdfast.extract.ExtractOptions;
import holdfast.extract.ExtractPlan;
import holdfast.extract.ExtractResult;
import holdfast.extract.Extractor;
import holdfast.extract.PathFilter;
import holdfast.extract.Placement;
import holdfast.extract.Planner;
import holdfast.extract.ScratchFolder;
import holdfast.extract.TreeComparison;
import holdfast.io.posix.HostFiles;
import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.Progress;
import holdfast.model.Proof;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.repository.Manifests;
import holdfast.repository.Repository;
import holdfast.source.Inspector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Proves a snapshot to a level (design: 0 written, 1 stored, 2 sound, 3 restored, 4 identical) and
/// records the proof in the repository. Restoring happens in a sandbox of its own, which is removed
/// afterwards. Used by one thread.
public final class Verify {
    /// Checks recorded with a proof; failures come first.
    private static final int CHECKS_KEPT = 500;

    private final Repository repository;
    private final HostFiles host;
    private final Map<SourceKind, Inspector> inspectors;
    private final Setting setting;
    private final InstantSource clock;
    private final Progress progress;

    /// Where and by whom it is verified.
    ///
    /// @param hostName recorded with the proof
    /// @param sandboxes directory in which the sandbox is made
    /// @param owners whether this process may give files to other owners, and so whether owners are
    ///     compared
    public record Setting(String hostName, Path sandboxes, boolean owners) {}

    /// @param inspectors by the kinds of sources that have one
    public Verify(
            Repository repository,
            HostFiles host,
            Map<SourceKind, Inspector> inspectors,
            Setting setting,
            InstantSource clock,
            Progress progress) {
        this.repository = repository;
        this.host = host;
        this.inspectors = Map.copyOf(inspectors);
        this.setting = setting;
        this.clock = clock;
        this.progress = progress;
    }

    /// The caller holds a shared lock on the repository.
    ///
    /// @param wanted where a source cannot be proven so far the proof aims lower ([Inspector#highest])
    /// @throws IOException when the storage or the sandbox failed, which proves nothing either way
    public VerifyResult run(Snapshot snapshot, ProofLevel wanted) throws IOException {
        Instant start = clock.instant();
        List<CheckResult> checks = new ArrayList<>();
        ProofLevel level = wanted;
        try {
            repository.reloadReadableIndex();
            level = reachable(snapshot, wanted);
            check(snapshot, level, checks);
        } catch (HoldfastException.Damaged e) {
            checks.add(CheckResult.fail("repository", String.valueOf(e.getMessage())));
        }
        boolean passed = checks.stream().allMatch(CheckResult::passed);
        checks.sort(Comparator.comparing(CheckResult::passed));
        Instant end = clock.instant();
        Proof proof = new Proof(
                snapshot.id(),
                level,
                passed,
                end,
                Duration.between(start, end).truncatedTo(ChronoUnit.MILLIS),
                setting.hostName(),
                checks.subList(0, Math.min(checks.size(), CHECKS_KEPT)));
        return new VerifyResult(proof, record(proof));
    }

    private ProofLevel reachable(Snapshot snapshot, ProofLevel wanted) throws IOException {
        if (wanted.compareTo(ProofLevel.SOUND) <= 0) {
            return wanted;
        }
        ProofLevel level = wanted;
        for (SourceRecord source :
                Manifests.read(repository, snapshot).map(Manifest::sources).orElse(List.of())) {
            Inspector inspector = inspectors.get(source.kind());
            ProofLevel highest = inspector == null ? wanted : inspector.highest(source);
            level = highest.compareTo(level) < 0 ? highest : level;
        }
        return level;
    }

    private boolean record(Proof proof) {
        try {
            repository.save(proof);
            return true;
        } catch (IOException | HoldfastException e) {
            return false;
        }
    }

    private void check(Snapshot snapshot, ProofLevel level, List<CheckResult> checks) throws IOException {
        progress.step("looking");
        ExtractPlan everything =
                Planner.plan(repository, snapshot.tree(), List.of(new Placement("/", "/", "")), PathFilter.ALL);
        checks.addAll(new BlobCheck(repository, progress).written(everything));
        Optional<Manifest> manifest = Manifests.read(repository, snapshot);
        if (level == ProofLevel.WRITTEN) {
            return;
        }
        List<SourceRecord> sources = manifest.map(Manifest::sources).orElse(List.of());
        List<SourceRecord> extracted = level.number() >= ProofLevel.RESTORED.number()
                ? sources
                : level == ProofLevel.SOUND
                        ? sources.stream()
                                .filter(source -> inspectors.containsKey(source.kind()))
                                .toList()
                        : List.of();
        boolean everythingExtracted = level.number() >= ProofLevel.RESTORED.number();
        if (!everythingExtracted) {
            progress.step("reading");
            checks.addAll(new BlobCheck(repository, progress).stored(everything, extracted));
        }
        if (level.number() >= ProofLevel.SOUND.number()) {
            manifest.ifPresent(document -> checks.addAll(ManifestCheck.against(document, everything)));
            restore(snapshot, level, manifest, extracted, checks);
        }
    }

    /// Restores into a sandbox and looks at the result.
    private void restore(
            Snapshot snapshot,
            ProofLevel level,
            Optional<Manifest> manifest,
            List<SourceRecord> sources,
            List<CheckResult> checks)
            throws IOException {
        if (manifest.isPresent() && sources.isEmpty()) {
            return;
        }
        Path sandboxes = Files.createDirectories(setting.sandboxes());
        try (ScratchFolder scratch = ScratchFolder.in(sandboxes, "holdfast-sandbox-")) {
            Path sandbox = scratch.path();
            List<Placement> placements = new ArrayList<>();
            for (int i = 0; i < sources.size(); i++) {
                SourceRecord source = sources.get(i);
                Set<String> within =
                        manifest.map(document -> document.within(source)).orElse(Set.of());
                placements.add(new Placement(source.path(), place(sandbox, i), nameOf(source), within));
            }
            if (manifest.isEmpty()) {
                placements.add(new Placement("/", place(sandbox, 0), ""));
            }
            ExtractPlan plan = Planner.plan(repository, snapshot.tree(), placements, PathFilter.ALL);
            Extractor.checkRoom(host, plan, sandbox.toString());
            progress.step("restoring");
            extract(plan, level, checks);
            progress.step("inspecting");
            for (int i = 0; i < sources.size(); i++) {
                inspect(sources.get(i), Path.of(place(sandbox, i)), level, checks);
            }
        }
    }

    private void extract(ExtractPlan plan, ProofLevel level, List<CheckResult> checks) throws IOException {
        int threads = Runtime.getRuntime().availableProcessors();
        ExtractOptions options = new ExtractOptions(false, false, setting.owners(), threads);
        ExtractResult result = new Extractor(repository, host, options, progress).run(plan);
        for (ExtractResult.Failure failure : result.failures()) {
            checks.add(CheckResult.fail("restore " + failure.path(), failure.reason()));
        }
        if (result.failed() == 0) {
            checks.add(CheckResult.pass("restore", Count.of(result.files(), "file") + " restored into a sandbox"));
        }
        if (level.number() >= ProofLevel.IDENTICAL.number()) {
            progress.step("comparing");
            var differences = new TreeComparison(repository, host, setting.owners(), progress).run(plan, threads);
            for (ExtractResult.Failure difference : differences.list()) {
                checks.add(CheckResult.fail("compare " + difference.path(), difference.reason()));
            }
            if (differences.count() == 0) {
                checks.add(CheckResult.pass(
                        "compare", Count.of(plan.nodes(), "node") + " equal in kind, attributes and content"));
            }
        }
    }

    private void inspect(SourceRecord source, Path directory, ProofLevel level, List<CheckResult> checks)
            throws IOException {
        Inspector inspector = inspectors.get(source.kind());
        Path restored = directory.resolve(nameOf(source));
        if (inspector == null) {
            return;
        }
        if (!Files.exists(restored)) {
            checks.add(CheckResult.fail(source.location(), "was not restored, so it could not be inspected"));
            return;
        }
        checks.addAll(inspector.inspect(source, restored, level));
    }

    private static String place(Path sandbox, int source) {
        return sandbox.resolve(Integer.toString(source)).toString();
    }

    private static String nameOf(SourceRecord source) {
        String name = source.path().substring(source.path().lastIndexOf('/') + 1);
        return name.isEmpty() ? "root" : name;
    }
}
