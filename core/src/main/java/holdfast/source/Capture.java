package holdfast.source;

import holdfast.model.SourceRecord;
import java.io.IOException;

/// One source, fixed at an instant. Used by one thread.
public interface Capture extends AutoCloseable {
    /// Logical bytes and number of files that [#writeTo] will hand over, as far as known beforehand; 0 if not.
    long expectedBytes();

    long expectedFiles();

    /// Hands every node over, in any order, and returns what `holdfast.json` shall say of this source. A part that
    /// cannot be read is named in [SourceRecord#failures()], not thrown; thrown is what makes the whole source
    /// worthless, and what the sink throws because the repository cannot be written.
    ///
    /// @throws IOException when the source as a whole cannot be read
    SourceRecord writeTo(TreeSink tree) throws IOException;

    @Override
    void close() throws IOException;
}
