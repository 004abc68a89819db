package holdfast.repository;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;

/// Room for the blobs that are on their way: four direct slabs of 8 MiB, made when needed and cut up in powers
/// of two (a buddy allocator), so that memory stays the same however blobs of different sizes follow each
/// other. A blob that is larger than a slab gets memory of its own, one at a time. Safe for use by many threads.
final class BlobMemory {
    private static final int SLABS = 4;
    static final int SLAB_BITS = 23;
    private static final int PIECE_BITS = 14;

    private final Failure state;
    private final int slabBits;
    private final ByteBuffer[] slabs = new ByteBuffer[SLABS];
    /// per order the first pieces of the free ranges of that size
    private final BitSet[] free;

    private boolean largeInUse;

    /// @param slabBits length of a slab as a power of two, at least that of a piece
    BlobMemory(Failure state, int slabBits) {
        this.state = state;
        this.slabBits = slabBits;
        free = new BitSet[slabBits - PIECE_BITS + 1];
        for (int order = 0; order < free.length; order++) {
            free[order] = new BitSet(SLABS << (slabBits - PIECE_BITS));
        }
        for (int slab = 0; slab < SLABS; slab++) {
            free[free.length - 1].set(slab << (free.length - 1));
        }
    }

    /// A piece of memory in use.
    ///
    /// @param buffer direct, exactly as long as was asked for
    /// @param first number of the first piece, -1 for memory outside the slabs
    record Room(ByteBuffer buffer, int first, int order) {}

    /// Waits for room.
    Room take(int bytes) throws IOException {
        int order = order(bytes);
        if (order >= free.length) {
            state.await(() -> !largeInUse, () -> largeInUse = true);
            return new Room(ByteBuffer.allocateDirect(bytes), -1, 0);
        }
        int[] piece = {-1};
        state.await(() -> fits(order), () -> piece[0] = split(order));
        return new Room(slice(piece[0], bytes), piece[0], order);
    }

    private static int order(int bytes) {
        int bits = bytes <= 1 ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(bytes - 1);
        return Math.max(0, bits - PIECE_BITS);
    }

    private boolean fits(int order) {
        for (int larger = order; larger < free.length; larger++) {
            if (!free[larger].isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /// Takes the smallest free range that is large enough and gives back what is too much of it.
    private int split(int order) {
        int from = order;
        while (free[from].isEmpty()) {
            from++;
        }
        int piece = free[from].nextSetBit(0);
        free[from].clear(piece);
        for (int smaller = from - 1; smaller >= order; smaller--) {
            free[smaller].set(piece + (1 << smaller));
        }
        return piece;
    }

    private synchronized ByteBuffer slice(int piece, int bytes) {
        int slab = piece >> (free.length - 1);
        if (slabs[slab] == null) {
            slabs[slab] = ByteBuffer.allocateDirect(1 << slabBits);
        }
        int offset = (piece & ((1 << (free.length - 1)) - 1)) << PIECE_BITS;
        return slabs[slab].slice(offset, bytes);
    }

    void giveBack(Room room) {
        state.update(() -> {
            if (room.first() < 0) {
                largeInUse = false;
            } else {
                join(room.first(), room.order());
            }
        });
    }

    private void join(int piece, int order) {
        int first = piece;
        int size = order;
        while (size < free.length - 1 && free[size].get(first ^ (1 << size))) {
            free[size].clear(first ^ (1 << size));
            first &= ~(1 << size);
            size++;
        }
        free[size].set(first);
    }
}
