package holdfast.repository;

import holdfast.crypto.Seal;
import holdfast.model.BlobType;
import holdfast.model.ObjectId;
import holdfast.pack.PackedBlob;

/// Where a blob lies.
///
/// @param offset of the sealed blob in its pack, in bytes
/// @param length of the sealed blob, in bytes
/// @param plainLength length before compression; 0 when the blob was stored uncompressed
public record IndexEntry(BlobType type, ObjectId id, ObjectId pack, int offset, int length, int plainLength) {
    public boolean compressed() {
        return plainLength != 0;
    }

    /// Length of the blob's content, whether it was compressed or not.
    public int plainBytes() {
        return compressed() ? plainLength : length - Seal.OVERHEAD;
    }

    /// The same as the pack's own header has it.
    public PackedBlob packed() {
        return new PackedBlob(type, id, offset, length, plainLength);
    }
}
