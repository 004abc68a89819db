package holdfast.repository;

import holdfast.crypto.Key;
import holdfast.crypto.Seal;
import holdfast.model.ObjectId;
import holdfast.pack.BlobCompression;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/// What one worker needs to turn content into a sealed blob. Not thread-safe.
final class Sealer implements AutoCloseable {
    private final Seal seal;
    private final MessageDigest sha256 = ObjectId.sha256();
    private final BlobCompression compression = new BlobCompression();

    Sealer(Key key) {
        seal = new Seal(key);
    }

    ObjectId hash(ByteBuffer plain) {
        sha256.update(plain.duplicate());
        return ObjectId.of(sha256.digest());
    }

    /// The compressed form, valid until the next call, or null when it is no smaller.
    @Nullable
    ByteBuffer compress(ByteBuffer plain, int level) {
        return level == WriterOptions.OFF ? null : compression.compress(plain, level);
    }

    void seal(ByteBuffer content, ByteBuffer to) {
        seal.seal(content.duplicate(), to);
    }

    Seal seal() {
        return seal;
    }

    @Override
    public void close() {
        compression.close();
    }
}
