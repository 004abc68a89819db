package holdfast.verify;

import holdfast.extract.ExtractPlan;
import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.model.Manifest;
import holdfast.model.SourceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Holds `holdfast.json` against the tree it lies in. Pure.
final class ManifestCheck {
    private ManifestCheck() {}

    /// @param tree the whole snapshot, placed at `/`
    static List<CheckResult> against(Manifest manifest, ExtractPlan tree) {
        List<CheckResult> checks = new ArrayList<>();
        // the root directory is no node of its own, holdfast.json is not counted in itself
        long nodes = tree.nodes() - 2;
        checks.add(
                nodes == manifest.nodes()
                        ? CheckResult.pass(Manifest.NAME, Count.of(nodes, "node") + ", as recorded")
                        : CheckResult.fail(
                                Manifest.NAME,
                                Count.of(nodes, "node") + " in the tree, " + manifest.nodes() + " recorded"));
        for (SourceRecord source : manifest.sources()) {
            checks.add(files(source, manifest.within(source), tree));
            if (!source.damage().isEmpty()) {
                checks.add(CheckResult.fail(
                        source.location(),
                        "recorded as damaged: " + source.damage().getFirst()));
            }
        }
        return checks;
    }

    private static CheckResult files(SourceRecord source, Set<String> within, ExtractPlan tree) {
        long files = Stream.concat(
                        tree.files().stream().map(ExtractPlan.PlannedFile::path),
                        tree.links().stream()
                                .filter(ExtractPlan.PlannedLink::ofFile)
                                .map(ExtractPlan.PlannedLink::path))
                .filter(path -> below(path, source.path()) && !within.contains(path))
                .count();
        return files == source.files()
                ? CheckResult.pass(source.location(), Count.of(files, "file") + ", as recorded")
                : CheckResult.fail(
                        source.location(), Count.of(files, "file") + " in the tree, " + source.files() + " recorded");
    }

    static boolean below(String path, String root) {
        return path.equals(root) || path.startsWith(root.endsWith("/") ? root : root + "/");
    }
}
