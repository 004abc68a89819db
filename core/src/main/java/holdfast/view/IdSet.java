package holdfast.view;

import holdfast.model.ObjectId;
import java.util.Arrays;

/// A set of ids that takes 32 bytes for each and at most as much again for free places. Not thread-safe.
final class IdSet {
    private static final int LONGS = 4;

    /// four longs per place, all 0 where free; the number of places is a power of two
    private long[] places = new long[LONGS << 8];

    private int size;
    private boolean zero;

    /// @return whether it was not there before
    boolean add(ObjectId id) {
        if (isZero(id)) {
            boolean added = !zero;
            zero = true;
            return added;
        }
        int at = find(places, id.a(), id.b(), id.c(), id.d());
        if (used(places, at)) {
            return false;
        }
        put(places, at, id.a(), id.b(), id.c(), id.d());
        size++;
        if (size > places.length / LONGS / 4 * 3) {
            grow();
        }
        return true;
    }

    int size() {
        return zero ? size + 1 : size;
    }

    private static boolean isZero(ObjectId id) {
        return (id.a() | id.b() | id.c() | id.d()) == 0;
    }

    /// Index of the first long of the place that holds the id, or that it belongs to.
    private static int find(long[] in, long a, long b, long c, long d) {
        int mask = in.length / LONGS - 1;
        int place = (int) (a ^ a >>> 32) & mask;
        while (true) {
            int at = LONGS * place;
            if (!used(in, at) || (in[at] == a && in[at + 1] == b && in[at + 2] == c && in[at + 3] == d)) {
                return at;
            }
            place = (place + 1) & mask;
        }
    }

    private static boolean used(long[] in, int at) {
        return (in[at] | in[at + 1] | in[at + 2] | in[at + 3]) != 0;
    }

    private static void put(long[] in, int at, long a, long b, long c, long d) {
        in[at] = a;
        in[at + 1] = b;
        in[at + 2] = c;
        in[at + 3] = d;
    }

    private void grow() {
        long[] larger = new long[Math.multiplyExact(places.length, 2)];
        for (int at = 0; at < places.length; at += LONGS) {
            if (used(places, at)) {
                long[] id = Arrays.copyOfRange(places, at, at + LONGS);
                put(larger, find(larger, id[0], id[1], id[2], id[3]), id[0], id[1], id[2], id[3]);
            }
        }
        places = larger;
    }
}
