package holdfast.repository;

import holdfast.model.HoldfastException;
import holdfast.pack.BlobForms;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Takes the blobs of a pack as they are read.
@FunctionalInterface
public interface BlobConsumer {
    /// One blob whose hash is right.
    ///
    /// @param plain its content, valid only during the call
    void blob(IndexEntry entry, ByteBuffer plain) throws IOException;

    /// The same blob with the forms it is stored in, for whoever carries it over as it is; override
    /// this instead.
    default void blob(IndexEntry entry, BlobForms forms) throws IOException {
        blob(entry, forms.plain());
    }

    /// One blob that is missing or not what it should be, the message naming pack and blob. To go on with the
    /// others, override this and return; another pack may hold a good copy ([Repository#loadBlob] looks there).
    default void damaged(IndexEntry entry, HoldfastException.Damaged why) throws IOException {
        throw why;
    }
}
