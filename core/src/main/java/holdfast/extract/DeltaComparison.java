package holdfast.extract;

import holdfast.io.posix.OpenFile;
import holdfast.model.ObjectId;
import holdfast.repository.IndexEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;

/// Which parts of a file hold what they should.
final class DeltaComparison {
    private DeltaComparison() {}

    /// @param blobs what the file should hold, one after the other
    /// @return the indexes of those it does hold
    static BitSet matching(OpenFile file, List<IndexEntry> blobs) throws IOException {
        BitSet matching = new BitSet(blobs.size());
        ByteBuffer buffer = ByteBuffer.allocate(0);
        long offset = 0;
        for (int i = 0; i < blobs.size(); i++) {
            int length = blobs.get(i).plainBytes();
            if (buffer.capacity() < length) {
                buffer = ByteBuffer.allocateDirect(length);
            }
            buffer.clear().limit(length);
            if (fill(file, buffer, offset)
                    && ObjectId.hash(buffer.flip()).equals(blobs.get(i).id())) {
                matching.set(i);
            }
            offset += length;
        }
        return matching;
    }

    /// Fills the buffer; false when the file ends before.
    static boolean fill(OpenFile file, ByteBuffer buffer, long offset) throws IOException {
        long at = offset;
        while (buffer.hasRemaining()) {
            int read = file.read(buffer, at);
            if (read < 0) {
                return false;
            }
            at += read;
        }
        return true;
    }
}
