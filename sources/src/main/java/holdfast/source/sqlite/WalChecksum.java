package holdfast.source.sqlite;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The running checksum of a write-ahead log (sqlite.org/fileformat2.html section 4.2): two sums over 32-bit
/// words, each feeding the other, so that a frame's checksum vouches for every frame before it. Not for use
/// by several threads.
final class WalChecksum {
    private final ByteOrder words;
    private int s0;
    private int s1;

    /// @param words byte order of the words; the log's magic number tells which one its first writer chose
    WalChecksum(ByteOrder words) {
        this.words = words;
    }

    /// A checksum of the same byte order that goes on from given halves.
    WalChecksum continuing(int first, int second) {
        WalChecksum sum = new WalChecksum(words);
        sum.s0 = first;
        sum.s1 = second;
        return sum;
    }

    /// Adds `length` bytes, a multiple of 8, from an absolute index. The buffer's own order does not matter.
    void add(ByteBuffer bytes, int from, int length) {
        ByteBuffer view = bytes.duplicate().order(words);
        int a = s0;
        int b = s1;
        for (int at = from; at < from + length; at += 8) {
            a += view.getInt(at) + b;
            b += view.getInt(at + 4) + a;
        }
        s0 = a;
        s1 = b;
    }

    int first() {
        return s0;
    }

    int second() {
        return s1;
    }
}
