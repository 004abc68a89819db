package holdfast.repository;

import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.Snapshot;
import java.io.IOException;
import java.util.Optional;

/// `holdfast.json` as bytes.
@SuppressWarnings("DoNotCallSuggester") // bodies follow
public final class Manifests {
    private Manifests() {}

    /// The manifest of a snapshot; empty when it has none, for instance because restic wrote it.
    ///
    /// @throws HoldfastException.Damaged when it is there and cannot be read
    public static Optional<Manifest> read(Repository repository, Snapshot snapshot) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Indented JSON, its keys always in the same order, ending in a newline.
    public static byte[] toJson(Manifest manifest) {
        throw new UnsupportedOperationException();
    }
}
