package holdfast.backup;

import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.Snapshot;
import holdfast.model.SourceRecord;
import holdfast.repository.Manifests;
import holdfast.repository.Repository;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The snapshot that tells what is unchanged, read when first asked for. What cannot be read of it
/// counts as not there. Safe for use by many threads.
final class ParentSnapshot {
    private final Repository repository;
    private final @Nullable Snapshot snapshot;
    private @Nullable List<SourceRecord> sources;

    /// @param snapshot null when everything is to be read
    ParentSnapshot(Repository repository, @Nullable Snapshot snapshot) {
        this.repository = repository;
        this.snapshot = snapshot;
    }

    ParentDirectory root() {
        return new ParentDirectory(repository, snapshot == null ? null : snapshot.tree());
    }

    /// @param path of the source's root node
    synchronized Optional<SourceRecord> source(String path) {
        List<SourceRecord> known = sources;
        if (known == null) {
            known = read();
            sources = known;
        }
        return known.stream().filter(source -> source.path().equals(path)).findFirst();
    }

    private List<SourceRecord> read() {
        if (snapshot == null) {
            return List.of();
        }
        try {
            return Manifests.read(repository, snapshot).map(Manifest::sources).orElse(List.of());
        } catch (IOException | HoldfastException e) {
            return List.of();
        }
    }
}
