package holdfast.repository;

import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.repository.json.BrokenFormatException;
import holdfast.repository.json.ManifestJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `holdfast.json` as bytes.
public final class Manifests {
    /// A million tables would need less.
    private static final long BYTES_MAX = 256 << 20;

    private Manifests() {}

    /// The manifest of a snapshot; empty when it has none, for instance because restic wrote it.
    ///
    /// @throws HoldfastException.Damaged when it is there and cannot be read
    public static Optional<Manifest> read(Repository repository, Snapshot snapshot) throws IOException {
        Optional<Node> file = repository.loadTree(snapshot.tree()).nodes().stream()
                .filter(node -> node.name().equals(Manifest.NAME) && node.type() == NodeType.FILE)
                .findFirst();
        if (file.isEmpty()) {
            return Optional.empty();
        }
        if (file.get().size() > BYTES_MAX) {
            throw damaged(snapshot, "it is too large", null);
        }
        ByteArrayOutputStream json = new ByteArrayOutputStream((int) file.get().size());
        for (ObjectId blob : file.get().content()) {
            json.writeBytes(repository.loadBlob(BlobType.DATA, blob).array());
            if (json.size() > file.get().size()) {
                throw damaged(snapshot, "its content is longer than its size", null);
            }
        }
        try {
            return Optional.of(ManifestJson.read(ByteBuffer.wrap(json.toByteArray())));
        } catch (BrokenFormatException e) {
            throw damaged(snapshot, RawFiles.reason(e), e);
        }
    }

    private static HoldfastException.Damaged damaged(Snapshot snapshot, String why, @Nullable IOException cause) {
        return new HoldfastException.Damaged(
                Manifest.NAME + " of snapshot " + snapshot.id().brief() + " cannot be read: " + why,
                "`restic restore` brings the files back all the same",
                cause);
    }

    /// Indented JSON, its keys always in the same order, ending in a newline.
    public static byte[] toJson(Manifest manifest) {
        ByteBuffer json = ManifestJson.write(manifest);
        byte[] bytes = new byte[json.remaining()];
        json.get(bytes);
        return bytes;
    }
}
