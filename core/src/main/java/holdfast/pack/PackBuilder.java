package holdfast.pack;

import holdfast.crypto.Seal;
import holdfast.model.BlobType;
import holdfast.model.ObjectId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// A pack while it is being filled, in one direct buffer. Room is handed out by one thread at a time; the
/// slices may then be filled by many, so that sealing needs neither a copy nor a queue. The owner calls
/// [#build] when all are filled.
public final class PackBuilder {
    private static final int FIXED_BYTES = Seal.OVERHEAD + PackHeader.LENGTH_BYTES;

    private final ByteBuffer buffer;
    private final List<PackedBlob> blobs = new ArrayList<>();

    /// @param buffer direct; the pack takes all of it from 0 on, and it must not be used before the pack is
    ///     stored
    public PackBuilder(ByteBuffer buffer) {
        this.buffer = buffer.clear();
    }

    /// How large a pack is that holds nothing but one blob of this sealed length.
    public static int bytesFor(int sealedLength) {
        return Math.addExact(sealedLength, PackHeader.ENTRY_BYTES + FIXED_BYTES);
    }

    /// Whether there is room for one more blob of this sealed length.
    public boolean fits(int sealedLength) {
        long header = (long) PackHeader.ENTRY_BYTES * (blobs.size() + 1) + FIXED_BYTES;
        return buffer.position() + (long) sealedLength + header <= buffer.capacity();
    }

    public boolean isEmpty() {
        return blobs.isEmpty();
    }

    /// Reserves room for a sealed blob.
    ///
    /// @param plainLength length before compression, 0 when the blob is not compressed
    /// @return exactly the room, to be filled by the caller
    /// @throws IllegalStateException when it does not fit
    public ByteBuffer reserve(BlobType type, ObjectId id, int sealedLength, int plainLength) {
        if (!fits(sealedLength)) {
            throw new IllegalStateException("the pack is full");
        }
        int offset = buffer.position();
        blobs.add(new PackedBlob(type, id, offset, sealedLength, plainLength));
        buffer.position(offset + sealedLength);
        return buffer.slice(offset, sealedLength);
    }

    /// A finished pack.
    ///
    /// @param id the SHA-256 of its bytes, which names its file
    /// @param content its bytes, from position to limit
    public record Pack(ObjectId id, ByteBuffer content, List<PackedBlob> blobs) {}

    /// Adds the header and names the pack.
    public Pack build(Seal seal) {
        int end = buffer.position();
        seal.seal(PackHeader.write(blobs), buffer);
        int headerLength = buffer.position() - end;
        buffer.order(ByteOrder.LITTLE_ENDIAN).putInt(headerLength);
        ByteBuffer content = buffer.duplicate().flip();
        return new Pack(ObjectId.hash(content), content, List.copyOf(blobs));
    }
}
