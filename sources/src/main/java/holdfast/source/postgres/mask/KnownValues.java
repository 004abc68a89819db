package holdfast.source.postgres.mask;

/// Hashes of values, each marked with the column it stood in clear or as what masking gave. When
/// there are too many, a share of all values is kept, the same share of clear and of masked ones:
/// those whose hash begins with so many zeros. Writing is safe from many threads; reading once
/// all writing is over.
final class KnownValues {
    /// The mark of what masking gave; the other bits are the number of a column, from 1.
    static final int MASKED = 1 << 31;

    private final int most;
    private long[] hashes = new long[1 << 10];
    private int[] marks = new int[1 << 10];
    private int size;
    private volatile int zeros;

    /// @param most values that are kept; each takes up to 48 bytes
    KnownValues(int most) {
        this.most = most;
    }

    /// Whether a value with this hash is kept.
    boolean keeps(long hash) {
        return hash >>> 1 >>> (63 - zeros) == 0;
    }

    /// One value of so many is kept.
    long share() {
        return 1L << zeros;
    }

    synchronized int size() {
        return size;
    }

    synchronized void add(long[] some, int count, int mark) {
        for (int i = 0; i < count; i++) {
            if (keeps(some[i])) {
                put(some[i], mark);
            }
        }
    }

    private void put(long hash, int mark) {
        int slot = slot(hash);
        if (hashes[slot] == 0) {
            hashes[slot] = filled(hash);
            size++;
        }
        int known = marks[slot];
        boolean first = (mark & ~MASKED) != 0 && (known & ~MASKED) == 0;
        marks[slot] = first ? known | mark : known | (mark & MASKED);
        if (size > most) {
            int more = zeros + 1;
            zeros = more;
            rebuild(hashes.length);
        } else if (size > hashes.length / 2) {
            rebuild(2 * hashes.length);
        }
    }

    /// Zero means an empty place.
    private static long filled(long hash) {
        return hash == 0 ? 1 : hash;
    }

    private int slot(long hash) {
        long wanted = filled(hash);
        int slot = (int) wanted & (hashes.length - 1);
        while (hashes[slot] != 0 && hashes[slot] != wanted) {
            slot = (slot + 1) & (hashes.length - 1);
        }
        return slot;
    }

    private void rebuild(int length) {
        long[] oldHashes = hashes;
        int[] oldMarks = marks;
        hashes = new long[length];
        marks = new int[length];
        size = 0;
        for (int i = 0; i < oldHashes.length; i++) {
            if (oldHashes[i] != 0 && keeps(oldHashes[i])) {
                int slot = slot(oldHashes[i]);
                hashes[slot] = oldHashes[i];
                marks[slot] = oldMarks[i];
                size++;
            }
        }
    }

    /// The number of the column in which the value stood in clear; 0 when it did not, or masking
    /// gives it too, so that it tells nothing.
    int clearColumn(long hash) {
        int mark = keeps(hash) ? marks[slot(hash)] : 0;
        return (mark & MASKED) == 0 ? mark : 0;
    }
}
