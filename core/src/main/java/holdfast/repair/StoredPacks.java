package holdfast.repair;

import holdfast.crypto.Seal;
import holdfast.model.ObjectId;
import holdfast.pack.PackHeader;
import holdfast.pack.PackedBlob;
import holdfast.repository.Repository;
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The packs as a listing of the storage shows them.
final class StoredPacks {
    static final String PREFIX = "data/";

    private StoredPacks() {}

    /// Their lengths in bytes.
    static Map<ObjectId, Long> list(Repository repository) throws IOException {
        Map<ObjectId, Long> packs = new HashMap<>();
        for (StoredFile file : repository.storage().listAll(PREFIX)) {
            packs.put(ObjectId.parse(file.name().substring(PREFIX.length())), file.bytes());
        }
        return packs;
    }

    /// Whether a pack of that length can hold just these blobs: one behind the other from its beginning, and then
    /// its header.
    ///
    /// @param blobs sorted by offset
    static boolean fits(List<PackedBlob> blobs, long bytes) {
        long end = 0;
        long header = Seal.OVERHEAD + PackHeader.LENGTH_BYTES;
        for (PackedBlob blob : blobs) {
            if (blob.offset() != end) {
                return false;
            }
            end += blob.length();
            header += PackHeader.entryBytes(blob.compressed());
        }
        return end + header == bytes;
    }
}
