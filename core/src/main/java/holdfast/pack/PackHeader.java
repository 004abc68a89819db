package holdfast.pack;

import holdfast.crypto.Seal;
import holdfast.model.BlobType;
import holdfast.model.ObjectId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// The list of blobs at the end of a pack: per blob its type (0 data, 1 tree, 2 compressed data, 3 compressed
/// tree), the sealed length, for compressed ones the plain length, and the SHA-256 of the plain bytes; all
/// lengths are little-endian. The list is sealed, and its sealed length are the pack's last four bytes.
public final class PackHeader {
    /// Bytes of the length at the very end.
    public static final int LENGTH_BYTES = 4;

    /// What a blob adds to a pack's header at most.
    public static final int ENTRY_BYTES = 1 + 4 + 4 + ObjectId.BYTES;

    private static final int SMALL_ENTRY_BYTES = 1 + 4 + ObjectId.BYTES;
    private static final int TREE = 1;
    private static final int COMPRESSED = 2;

    private PackHeader() {}

    /// What a blob adds to a pack's header.
    public static int entryBytes(boolean compressed) {
        return compressed ? ENTRY_BYTES : SMALL_ENTRY_BYTES;
    }

    /// The list before it is sealed.
    static ByteBuffer write(List<PackedBlob> blobs) {
        ByteBuffer header = ByteBuffer.allocate(blobs.size() * ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (PackedBlob blob : blobs) {
            header.put((byte) ((blob.type() == BlobType.TREE ? TREE : 0) | (blob.compressed() ? COMPRESSED : 0)));
            header.putInt(blob.length());
            if (blob.compressed()) {
                header.putInt(blob.plainLength());
            }
            blob.id().write(header);
        }
        return header.flip();
    }

    /// How long the sealed header is, as the last bytes of the pack say.
    ///
    /// @param tail ends where the pack ends
    /// @param packBytes length of the whole pack
    public static int sealedLength(ByteBuffer tail, long packBytes) throws BrokenPackException {
        if (tail.remaining() < LENGTH_BYTES) {
            throw new BrokenPackException("a pack of " + packBytes + " bytes is too short");
        }
        int at = tail.limit() - LENGTH_BYTES;
        int length = tail.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(at);
        if (length < Seal.OVERHEAD + SMALL_ENTRY_BYTES || length > packBytes - LENGTH_BYTES) {
            throw new BrokenPackException("its header cannot be " + Integer.toUnsignedString(length) + " bytes long");
        }
        return length;
    }

    /// Reads the list, checking that its blobs fill the pack exactly.
    ///
    /// @param header the opened header; its position advances
    /// @param packBytes length of the whole pack
    public static List<PackedBlob> read(ByteBuffer header, long packBytes) throws BrokenPackException {
        long room = packBytes - LENGTH_BYTES - Seal.OVERHEAD - header.remaining();
        List<PackedBlob> blobs = new ArrayList<>(header.remaining() / ENTRY_BYTES);
        header.order(ByteOrder.LITTLE_ENDIAN);
        long offset = 0;
        while (header.hasRemaining()) {
            int type = header.get();
            boolean compressed = (type & COMPRESSED) != 0;
            if (type < 0 || type > (TREE | COMPRESSED)) {
                throw new BrokenPackException("its header names a blob type " + type);
            }
            if (header.remaining() < (compressed ? ENTRY_BYTES : SMALL_ENTRY_BYTES) - 1) {
                throw new BrokenPackException("its header ends in the middle of an entry");
            }
            int length = header.getInt();
            int plainLength = compressed ? header.getInt() : 0;
            ObjectId id = ObjectId.read(header);
            if (length < Seal.OVERHEAD
                    || offset + length > room
                    || plainLength < 0
                    || (compressed && plainLength == 0)) {
                throw new BrokenPackException("its header gives blob " + id.brief() + " an impossible length");
            }
            BlobType blobType = (type & TREE) == 0 ? BlobType.DATA : BlobType.TREE;
            blobs.add(new PackedBlob(blobType, id, (int) offset, length, plainLength));
            offset += length;
            if (offset > Integer.MAX_VALUE) {
                throw new BrokenPackException("it is larger than 2 GiB");
            }
        }
        if (offset != room) {
            throw new BrokenPackException("its blobs take " + offset + " bytes where there are " + room);
        }
        return blobs;
    }
}
