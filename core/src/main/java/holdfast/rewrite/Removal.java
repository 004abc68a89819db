package holdfast.rewrite;

import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.model.Tree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What is taken out of one snapshot, and what its manifest says without that. Used by one thread.
final class Removal {
    /// Of the paths so many are remembered.
    static final int PATHS_KEPT = 1000;

    /// Counts of what goes from one source.
    private static final class Share {
        private final Set<String> within;
        private long files;
        private long bytes;

        private Share(Set<String> within) {
            this.within = within;
        }
    }

    private final @Nullable Manifest manifest;
    private final Set<String> roots;
    private final Map<SourceRecord, Share> shares = new HashMap<>();
    private final Set<SourceRecord> gone = new HashSet<>();
    private final List<String> paths = new ArrayList<>();
    private long nodes;
    private long files;
    private long bytes;

    /// @param manifest null of a snapshot that has none
    /// @param root the snapshot's root tree
    Removal(@Nullable Manifest manifest, Tree root) {
        this.manifest = manifest;
        roots = root.nodes().stream()
                .map(node -> "/" + node.name())
                .filter(path -> manifest == null || !path.equals("/" + Manifest.NAME))
                .collect(Collectors.toCollection(HashSet::new));
        if (manifest != null) {
            manifest.sources().forEach(source -> shares.put(source, new Share(manifest.within(source))));
        }
    }

    /// The paths that a pattern fits go, and all below them.
    ///
    /// @throws HoldfastException.PreCheckFailed when that would leave part of a database
    void top(String path) {
        roots.remove(path);
        if (paths.size() < PATHS_KEPT) {
            paths.add(path);
        }
        for (SourceRecord source : shares.keySet()) {
            if (below(source.path(), path)) {
                gone.add(source);
            } else if (source.kind() == SourceKind.POSTGRES_DATABASE && below(path, source.path())) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot leave " + FileNames.display(path) + " out: it is part of the database "
                                + source.location() + ", which could not be restored without it",
                        "leave the whole database out: --exclude '" + FileNames.display(source.path()) + "'; or take"
                                + " it back: --exclude '!" + FileNames.display(source.path()) + "/**'");
            }
        }
    }

    /// One node that goes, by itself or with a folder above it.
    void node(String path, Node node) {
        nodes++;
        if (node.type() != NodeType.FILE) {
            return;
        }
        files++;
        bytes += node.size();
        shares.forEach((source, share) -> {
            if (below(path, source.path()) && !share.within.contains(path)) {
                share.files++;
                share.bytes += node.size();
            }
        });
    }

    private static boolean below(String path, String root) {
        return path.equals(root) || path.startsWith(root.endsWith("/") ? root : root + "/");
    }

    boolean isEmpty() {
        return nodes == 0;
    }

    boolean leavesNothing() {
        return roots.isEmpty() || (!shares.isEmpty() && gone.size() == shares.size());
    }

    Removed removed() {
        return new Removed(nodes, files, bytes, paths);
    }

    /// What the manifest says afterwards; null when there was none.
    @Nullable
    Manifest manifest() {
        if (manifest == null) {
            return null;
        }
        List<SourceRecord> left = manifest.sources().stream()
                .filter(source -> !gone.contains(source))
                .map(this::without)
                .toList();
        return new Manifest(
                manifest.version(),
                manifest.takenAt(),
                manifest.program(),
                manifest.host(),
                manifest.operator(),
                manifest.environment(),
                manifest.label(),
                manifest.reason(),
                left,
                manifest.nodes() - nodes);
    }

    private SourceRecord without(SourceRecord source) {
        Share share = shares.get(source);
        if (share == null || share.files == 0) {
            return source;
        }
        return new SourceRecord(
                source.kind(),
                source.location(),
                source.path(),
                source.details(),
                source.tables(),
                source.sequences(),
                source.files() - share.files,
                Math.max(0, source.bytes() - share.bytes),
                source.damage(),
                source.failures());
    }
}
