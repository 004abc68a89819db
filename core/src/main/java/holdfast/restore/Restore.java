package holdfast.restore;

import holdfast.extract.ExtractOptions;
import holdfast.extract.ExtractPlan;
import holdfast.extract.ExtractResult;
import holdfast.extract.Extractor;
import holdfast.extract.PathFilter;
import holdfast.extract.Placement;
import holdfast.extract.Planner;
import holdfast.extract.TreeComparison;
import holdfast.io.posix.HostFiles;
import holdfast.model.CheckResult;
import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.Progress;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.repository.Manifests;
import holdfast.repository.Repository;
import holdfast.source.Inspector;
import holdfast.source.Swap;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Brings a snapshot back. A database that stands in its place already is written aside, checked,
/// and swapped in; "done" is said only after what was written has been read again and compared.
/// Used by one thread.
public final class Restore {
    private final Repository repository;
    private final HostFiles host;
    private final Map<SourceKind, Inspector> inspectors;
    private final Map<SourceKind, Swap> swaps;
    private final boolean owners;
    private final InstantSource clock;
    private final Progress progress;

    /// @param owners whether this process may give files to other owners
    public Restore(
            Repository repository,
            HostFiles host,
            Map<SourceKind, Inspector> inspectors,
            Map<SourceKind, Swap> swaps,
            boolean owners,
            InstantSource clock,
            Progress progress) {
        this.repository = repository;
        this.host = host;
        this.inspectors = Map.copyOf(inspectors);
        this.swaps = Map.copyOf(swaps);
        this.owners = owners;
        this.clock = clock;
        this.progress = progress;
    }

    /// Decides what will be written where, and checks that it can be: nothing is touched.
    ///
    /// @throws HoldfastException.PreCheckFailed when it cannot
    public RestorePlan plan(Snapshot snapshot, RestoreRequest request) throws IOException {
        Optional<Manifest> manifest = manifest(snapshot, request);
        List<Placement> placements = new ArrayList<>();
        List<RestorePlan.Target> targets = new ArrayList<>();
        switch (request.destination()) {
            case RestoreRequest.Destination.InPlace() -> inPlace(manifest, request, placements, targets);
            case RestoreRequest.Destination.Directory(String path) -> into(path, manifest, placements, targets);
            case RestoreRequest.Destination.Part(String from, String path) -> {
                placements.add(new Placement(from, path, ""));
                targets.add(new RestorePlan.Target(Optional.empty(), path, path, filled(path)));
            }
        }
        if (!(request.destination() instanceof RestoreRequest.Destination.InPlace)) {
            refuseFilled(request);
        }
        ExtractPlan tree = Planner.plan(repository, snapshot.tree(), placements, request.filter());
        if (tree.files().isEmpty()
                && tree.others().isEmpty()
                && tree.directories().size() == placements.size()) {
            throw new HoldfastException.PreCheckFailed(
                    "nothing to restore: no path of snapshot " + snapshot.id().brief() + " matches",
                    "`holdfast ls " + snapshot.id().brief() + "` shows what it holds");
        }
        for (Placement placement : placements) {
            Extractor.checkRoom(host, tree, placement.directory());
        }
        return new RestorePlan(snapshot, request, written(targets, tree), tree);
    }

    /// A lost manifest is no reason to bring nothing back where it is known where to: the tree is
    /// written as if restic had made it, and the manifest is among what could not be restored.
    private Optional<Manifest> manifest(Snapshot snapshot, RestoreRequest request) throws IOException {
        try {
            return Manifests.read(repository, snapshot);
        } catch (HoldfastException.Damaged e) {
            if (request.destination() instanceof RestoreRequest.Destination.InPlace) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /// The targets of which something will be written.
    private static List<RestorePlan.Target> written(List<RestorePlan.Target> targets, ExtractPlan tree) {
        return targets.stream()
                .filter(target -> tree.files().stream().anyMatch(file -> below(file.path(), target.writtenAs()))
                        || tree.others().stream().anyMatch(other -> below(other.path(), target.writtenAs()))
                        || tree.directories().stream()
                                .anyMatch(directory ->
                                        directory.parent() >= 0 && below(directory.path(), target.writtenAs())))
                .toList();
    }

    private static boolean below(String path, String root) {
        return path.equals(root) || path.startsWith(root.endsWith("/") ? root : root + "/");
    }

    private void inPlace(
            Optional<Manifest> manifest,
            RestoreRequest request,
            List<Placement> placements,
            List<RestorePlan.Target> targets)
            throws IOException {
        if (manifest.isEmpty()) {
            throw new HoldfastException.PreCheckFailed(
                    "this snapshot does not say where its sources were: it was not written by Holdfast",
                    "name a directory to restore into with --target");
        }
        for (SourceRecord source : manifest.get().sources()) {
            String path = source.path();
            if (source.kind() == SourceKind.POSTGRES_DATABASE) {
                continue; // goes back into its server, not into the file system
            }
            String directory = parent(path);
            String name = name(path);
            Swap swap = swaps.get(source.kind());
            boolean exists = exists(path);
            String aside = swap == null
                    ? name
                    : "." + name + ".holdfast-restore-"
                            + ProcessHandle.current().pid();
            if (swap != null && exists && request.filter().choose(path, false) == PathFilter.Choice.TAKE) {
                swap.check(Path.of(path));
            }
            placements.add(new Placement(path, directory, aside, manifest.get().within(source)));
            targets.add(new RestorePlan.Target(Optional.of(source), path, join(directory, aside), exists));
        }
    }

    private static void into(
            String target, Optional<Manifest> manifest, List<Placement> placements, List<RestorePlan.Target> targets)
            throws IOException {
        if (manifest.isEmpty() || manifest.get().sources().isEmpty()) {
            placements.add(new Placement("/", target, ""));
            targets.add(new RestorePlan.Target(Optional.empty(), target, target, filled(target)));
            return;
        }
        List<SourceRecord> sources = manifest.get().sources();
        String common = commonFolder(sources.stream().map(SourceRecord::path).toList());
        for (SourceRecord source : sources) {
            String below = parent(source.path()).substring(common.equals("/") ? 0 : common.length());
            String directory = below.equals("/") || below.isEmpty() ? target : target + below;
            String name = name(source.path());
            String path = name.isEmpty() ? directory : join(directory, name);
            placements.add(
                    new Placement(source.path(), directory, name, manifest.get().within(source)));
            targets.add(new RestorePlan.Target(Optional.of(source), path, path, exists(path)));
        }
    }

    /// The deepest folder that all paths lie in.
    static String commonFolder(List<String> paths) {
        String common = parent(paths.getFirst());
        for (String path : paths) {
            while (!below(parent(path), common)) {
                common = parent(common);
            }
        }
        return common;
    }

    private void refuseFilled(RestoreRequest request) throws IOException {
        String path = switch (request.destination()) {
            case RestoreRequest.Destination.Directory(String target) -> target;
            case RestoreRequest.Destination.Part part -> part.path();
            case RestoreRequest.Destination.InPlace() -> throw new IllegalStateException("has no directory");
        };
        if (request.overwrite() || request.delta() || !filled(path)) {
            return;
        }
        if (!Files.isDirectory(Path.of(path))) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore into " + path + ": it is no directory", "choose another --target");
        }
        throw new HoldfastException.PreCheckFailed(
                "cannot restore into " + path + ": it is not empty",
                "choose another --target, or say --overwrite or --delta");
    }

    /// Carries the plan out. The caller holds a shared lock on the repository.
    ///
    /// @throws IOException when the storage or a target directory failed; databases in place are
    ///     then untouched
    public RestoreResult run(RestorePlan plan) throws IOException {
        Instant start = clock.instant();
        try {
            if (plan.request().delta()) {
                copyAside(plan);
            }
            return write(plan, start);
        } finally {
            for (RestorePlan.Target target : plan.targets()) {
                if (target.swapped()) {
                    Files.deleteIfExists(Path.of(target.writtenAs()));
                }
            }
        }
    }

    private RestoreResult write(RestorePlan plan, Instant start) throws IOException {
        int threads = Runtime.getRuntime().availableProcessors();
        boolean inPlace = plan.request().destination() instanceof RestoreRequest.Destination.InPlace;
        boolean replace =
                inPlace || plan.request().overwrite() || plan.request().delta();
        progress.step("restoring");
        ExtractResult extracted = new Extractor(
                        repository,
                        host,
                        new ExtractOptions(plan.request().delta(), replace, owners, threads),
                        progress)
                .run(plan.tree());
        List<CheckResult> checks = new ArrayList<>();
        if (plan.request().verify()) {
            progress.step("verifying");
            compare(plan, threads, extracted, checks);
        }
        for (RestorePlan.Target target : plan.targets()) {
            if (plan.request().verify()) {
                inspect(target, checks);
            }
        }
        List<Path> kept = new ArrayList<>();
        boolean right = extracted.failed() == 0 && checks.stream().allMatch(CheckResult::passed);
        for (RestorePlan.Target target : plan.targets()) {
            if (target.swapped()) {
                swap(target, right || plan.request().acceptDamage(), kept, checks);
            }
        }
        checks.sort(Comparator.comparing(CheckResult::passed));
        return new RestoreResult(
                plan, extracted, checks, kept, plan.request().verify(), Duration.between(start, clock.instant()));
    }

    /// With `delta` the copy written aside begins as a copy of the live file, so that only what
    /// differs is fetched.
    private static void copyAside(RestorePlan plan) throws IOException {
        for (RestorePlan.Target target : plan.targets()) {
            if (target.swapped() && target.exists()) {
                Files.copy(Path.of(target.path()), Path.of(target.writtenAs()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private void compare(RestorePlan plan, int threads, ExtractResult extracted, List<CheckResult> checks)
            throws IOException {
        Set<String> known =
                extracted.failures().stream().map(ExtractResult.Failure::path).collect(Collectors.toSet());
        var differences = new TreeComparison(repository, host, owners, progress).run(plan.tree(), threads);
        for (ExtractResult.Failure difference : differences.list()) {
            if (!known.contains(difference.path())) {
                checks.add(CheckResult.fail(difference.path(), difference.reason()));
            }
        }
        if (differences.count() == 0) {
            checks.add(CheckResult.pass(
                    "tree", plan.tree().nodes() + " nodes equal to the snapshot in kind, attributes and content"));
        }
    }

    private void inspect(RestorePlan.Target target, List<CheckResult> checks) throws IOException {
        SourceRecord source = target.source().orElse(null);
        Inspector inspector = source == null ? null : inspectors.get(source.kind());
        Path written = Path.of(target.writtenAs());
        if (source != null && inspector != null && Files.exists(written)) {
            checks.addAll(inspector.inspect(source, written, ProofLevel.IDENTICAL));
        }
    }

    private void swap(RestorePlan.Target target, boolean right, List<Path> kept, List<CheckResult> checks)
            throws IOException {
        @Nullable
        Swap swap = target.source().map(SourceRecord::kind).map(swaps::get).orElse(null);
        if (swap == null) {
            throw new IllegalStateException("nothing swaps " + target.path());
        }
        if (!right) {
            checks.add(CheckResult.fail(
                    target.path(), "left as it was: the restored copy did not pass its checks (see --accept-damage)"));
            return;
        }
        swap.replace(Path.of(target.writtenAs()), Path.of(target.path()), clock.instant())
                .ifPresent(kept::add);
    }

    private static boolean exists(String path) {
        return Files.exists(Path.of(path), LinkOption.NOFOLLOW_LINKS);
    }

    /// Whether something is there that writing into it could replace: an empty directory holds
    /// nothing.
    private static boolean filled(String path) throws IOException {
        if (!Files.isDirectory(Path.of(path))) {
            return exists(path);
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(path))) {
            return entries.iterator().hasNext();
        }
    }

    private static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static String join(String directory, String name) {
        return directory.endsWith("/") ? directory + name : directory + "/" + name;
    }
}
