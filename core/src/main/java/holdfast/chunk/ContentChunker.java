package holdfast.chunk;

import java.nio.ByteBuffer;

/// Cuts where the content itself says so, so that after an insertion or deletion the cuts soon fall into the
/// same places again: FastCDC's way with a Gear hash over the last 64 bytes. Chunks have 256 KiB to 8 MiB, a
/// little over 1 MiB on average; up to a normal length a cut must satisfy a stricter mask than beyond it, which
/// gathers lengths around the average.
///
/// The cuts of a seed are part of what a repository deduplicates by: to change anything here means that old and
/// new backups share no chunks.
public final class ContentChunker implements Chunker {
    static final int MINIMUM = 256 << 10;
    static final int NORMAL = 896 << 10;
    static final int MAXIMUM = 8 << 20;

    /// Bytes that the hash remembers.
    private static final int WINDOW = Long.SIZE;
    /// The topmost bits, on which most of the window has had its influence: a cut at one byte in 4 Mi, or in
    /// 256 Ki.
    private static final long STRICT = -1L << (Long.SIZE - 22);

    private static final long LENIENT = -1L << (Long.SIZE - 18);
    private static final int PIECE = 8 << 10;

    private final long[] gear;

    public ContentChunker(long seed) {
        gear = Gear.table(seed);
        // The hash of a run of zeros is -gear[0]. It must not cut, so that the run is as few chunks as may be,
        // all the same but the last, and next() may pass over it without looking. Of a positive number that is
        // negative, so the topmost bit is set and no mask is satisfied.
        gear[0] = (gear[0] & Long.MAX_VALUE) | 1;
    }

    @Override
    public int maximum() {
        return MAXIMUM;
    }

    @Override
    public int next(ByteBuffer bytes, int from, int to) {
        Ranges.check(bytes, from, to);
        int length = Math.min(MAXIMUM, to - from);
        if (length <= MINIMUM || Zeros.allZero(bytes, from, from + length)) {
            return length;
        }
        byte[] piece = new byte[WINDOW + PIECE];
        int normal = Math.min(NORMAL, length);
        int cut = find(bytes, from, MINIMUM, normal, STRICT, piece);
        if (cut < 0) {
            cut = find(bytes, from, normal, length, LENIENT, piece);
        }
        return cut < 0 ? length : cut;
    }

    /// The first length above `shortest` and up to `longest` where the content wants a cut, or -1. Each piece
    /// goes through an array together with the window before it, which costs less than reading buffers of
    /// several kinds byte by byte, and leaves nothing to be carried from piece to piece.
    private int find(ByteBuffer bytes, int from, int shortest, int longest, long mask, byte[] piece) {
        for (int at = shortest; at < longest; at += PIECE) {
            int length = Math.min(PIECE, longest - at);
            bytes.get(from + at - WINDOW, piece, 0, WINDOW + length);
            int found = find(gear, piece, WINDOW + length, mask);
            if (found >= 0) {
                return at + found;
            }
        }
        return -1;
    }

    /// How many bytes beyond the window the first cut lies, or -1.
    private static int find(long[] gear, byte[] piece, int end, long mask) {
        long hash = 0;
        for (int i = 0; i < WINDOW; i++) {
            hash = (hash << 1) + gear[piece[i] & 0xff];
        }
        for (int i = WINDOW; i < end; i++) {
            hash = (hash << 1) + gear[piece[i] & 0xff];
            if ((hash & mask) == 0) {
                return i + 1 - WINDOW;
            }
        }
        return -1;
    }
}
