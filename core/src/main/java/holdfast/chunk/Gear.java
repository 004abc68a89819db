package holdfast.chunk;

import holdfast.model.ObjectId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The table of the Gear hash (Xia et al., "FastCDC", 2016): a random number for each value of a byte. Derived
/// from a seed, so that a repository's cuts are its own and say little about known content to one who only sees
/// lengths.
final class Gear {
    private Gear() {}

    /// 256 numbers: the first eight bytes of the SHA-256 of `holdfast gear`, the seed and the byte's value.
    static long[] table(long seed) {
        byte[] label = "holdfast gear".getBytes(StandardCharsets.US_ASCII);
        long[] table = new long[256];
        for (int value = 0; value < table.length; value++) {
            ByteBuffer input = ByteBuffer.allocate(label.length + 9);
            input.put(label).putLong(seed).put((byte) value);
            table[value] = ObjectId.hash(input.flip()).a();
        }
        return table;
    }
}
