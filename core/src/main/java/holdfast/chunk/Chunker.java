package holdfast.chunk;

import java.nio.ByteBuffer;

/// Decides where a stream is cut. The decision depends on nothing but the bytes from the chunk's start on, so
/// equal content after equal cuts is cut equally. Implementations are immutable and safe for use by many
/// threads.
public interface Chunker {
    /// Length of the chunk that starts at index `from` of `bytes`; at least 1. The buffer's position and limit
    /// play no part, but `to` must not exceed its limit.
    ///
    /// @param to the bytes from `from` (included) to `to` (excluded) are filled, and there are at least
    ///     [#maximum] of them or they are the rest of the stream
    /// @throws IllegalArgumentException when the range is empty
    int next(ByteBuffer bytes, int from, int to);

    /// No chunk is longer, in bytes.
    int maximum();
}
