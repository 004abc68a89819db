package holdfast.chunk;

import java.nio.ByteBuffer;

/// Cuts every `bytes` bytes: for files of pages, where content changes in place and never moves.
public final class FixedChunker implements Chunker {
    private final int bytes;

    public FixedChunker(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("no length of a chunk: " + bytes);
        }
        this.bytes = bytes;
    }

    @Override
    public int next(ByteBuffer content, int from, int to) {
        Ranges.check(content, from, to);
        return Math.min(bytes, to - from);
    }

    @Override
    public int maximum() {
        return bytes;
    }
}
