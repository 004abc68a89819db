package holdfast.chunk;

import java.nio.ByteBuffer;

/// What every chunker says about a range that makes no sense.
final class Ranges {
    private Ranges() {}

    static void check(ByteBuffer bytes, int from, int to) {
        if (from < 0 || to <= from || to > bytes.limit()) {
            throw new IllegalArgumentException("no chunk from " + from + " to " + to + " of " + bytes.limit());
        }
    }
}
