package holdfast.repository;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.pack.PackedBlob;
import java.io.IOException;
import java.util.List;

/// Reads blobs pack by pack. Safe for use by many threads.
@SuppressWarnings("DoNotCallSuggester") // bodies follow
public final class PackReader {
    PackReader() {}

    /// Reads blobs of one pack: what lies together is fetched together. Every blob is given to the consumer
    /// exactly once, whole or as damaged, in order of offset, by the calling thread.
    ///
    /// @throws IOException when the storage failed (a missing pack is damage, not failure), or the consumer did
    public void read(ObjectId pack, List<IndexEntry> wanted, BlobConsumer each) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// What the pack's own header says it holds, in order of offset.
    ///
    /// @param packBytes length of the pack's file
    /// @throws HoldfastException.Damaged when the header is damaged or does not fit the pack's length
    public List<PackedBlob> header(ObjectId pack, long packBytes) throws IOException {
        throw new UnsupportedOperationException();
    }
}
