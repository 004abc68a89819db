package holdfast.pack;

import holdfast.model.BlobType;
import holdfast.model.ObjectId;

/// A blob inside a pack.
///
/// @param offset of the sealed blob in the pack, in bytes
/// @param length of the sealed blob, in bytes
/// @param plainLength length before compression; 0 when the blob was stored uncompressed
public record PackedBlob(BlobType type, ObjectId id, int offset, int length, int plainLength) {
    public boolean compressed() {
        return plainLength != 0;
    }
}
