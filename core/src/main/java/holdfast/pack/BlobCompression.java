package holdfast.pack;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Zstandard frames as the format wants them: one frame per blob, the content's size in its header. One per
/// worker, not thread-safe.
public final class BlobCompression implements AutoCloseable {
    /// No blob is larger. restic cuts files at 8 MiB; a tree of millions of entries in one folder may need
    /// this much.
    public static final int PLAIN_BYTES_MAX = 1 << 30;

    /// A block of 4 bytes yields at most 128 KiB, so no honest frame expands further.
    private static final int EXPANSION_MAX = 1 << 15;

    private final ZstdCompressCtx compress = new ZstdCompressCtx();
    private final ZstdDecompressCtx decompress = new ZstdDecompressCtx();
    private final Scratch scratch = new Scratch();
    private int level;

    public BlobCompression() {
        compress.setContentSize(true);
    }

    /// The compressed form of what remains of `plain`, or null when it is no smaller. The position does not
    /// change.
    ///
    /// @param plain a direct buffer
    /// @param atLevel 1 to 19
    /// @return a direct buffer, valid until the next call
    public @Nullable ByteBuffer compress(ByteBuffer plain, int atLevel) {
        int length = plain.remaining();
        if (atLevel != level) {
            compress.setLevel(atLevel);
            level = atLevel;
        }
        ByteBuffer to = scratch.of((int) Zstd.compressBound(length));
        int compressed = compress.compressDirectByteBuffer(to, 0, to.remaining(), plain, plain.position(), length);
        return compressed < length ? to.limit(compressed) : null;
    }

    /// Decompresses what remains of `compressed`, which must yield exactly `plain.remaining()` bytes. The
    /// first position does not change, the second advances.
    ///
    /// @param compressed a direct buffer
    /// @param plain a direct buffer
    /// @throws BrokenPackException when it is no frame or yields another number of bytes
    public void decompress(ByteBuffer compressed, ByteBuffer plain) throws BrokenPackException {
        int length = plain.remaining();
        try {
            int done = decompress.decompressDirectByteBuffer(
                    plain, plain.position(), length, compressed, compressed.position(), compressed.remaining());
            if (done != length) {
                throw new BrokenPackException("it decompresses to " + done + " bytes instead of " + length);
            }
            plain.position(plain.position() + length);
        } catch (ZstdException e) {
            throw new BrokenPackException("it cannot be decompressed: " + e.getMessage(), e);
        }
    }

    /// Whether it makes sense to make room for `plainLength` bytes: an invented length must not cost memory.
    ///
    /// @param compressed a direct buffer that holds the frame
    static void checkExpansion(ByteBuffer compressed, int plainLength) throws BrokenPackException {
        if (plainLength < 0 || plainLength > PLAIN_BYTES_MAX || plainLength / EXPANSION_MAX > compressed.remaining()) {
            throw new BrokenPackException(
                    "no " + compressed.remaining() + " bytes decompress to " + Integer.toUnsignedString(plainLength));
        }
        long declared = Zstd.getDirectByteBufferFrameContentSize(
                compressed, compressed.position(), compressed.remaining(), false);
        if (declared > 0 && declared != plainLength) {
            throw new BrokenPackException(
                    "it says it decompresses to " + declared + " bytes instead of " + plainLength);
        }
    }

    @Override
    public void close() {
        compress.close();
        decompress.close();
    }
}
