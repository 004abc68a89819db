package holdfast.model;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// `holdfast.json`, at the root of every snapshot: enough to know, from the repository alone, what was
/// backed up and what a restore of it must look like.
///
/// @param version of this document's shape; 1
/// @param takenAt the instant all sources were fixed at
/// @param label empty, or for instance `before-migration`
/// @param nodes number of nodes in the tree beside this document, folders above the sources included
public record Manifest(
        int version,
        Instant takenAt,
        String program,
        String host,
        String operator,
        String environment,
        String label,
        String reason,
        List<SourceRecord> sources,
        long nodes) {
    /// Name of the document in the snapshot's root tree.
    public static final String NAME = "holdfast.json";

    public static final int VERSION = 1;

    /// Tag of a snapshot one of whose sources was damaged when it was taken.
    public static final String DAMAGED = "damaged";

    /// Tag of a snapshot from which something is missing that was to be in it.
    public static final String INCOMPLETE = "incomplete";

    public Manifest {
        sources = List.copyOf(sources);
    }

    /// Paths of the sources that lie within the given one.
    public Set<String> within(SourceRecord outer) {
        String prefix = outer.path().endsWith("/") ? outer.path() : outer.path() + "/";
        return sources.stream()
                .map(SourceRecord::path)
                .filter(path -> path.startsWith(prefix) && !path.equals(outer.path()))
                .collect(Collectors.toUnmodifiableSet());
    }

    public boolean damaged() {
        return sources.stream().anyMatch(source -> !source.damage().isEmpty());
    }

    public boolean complete() {
        return sources.stream().allMatch(source -> source.failures().isEmpty());
    }
}
