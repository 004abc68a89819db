package holdfast;

import holdfast.chunk.Chunker;
import holdfast.chunk.ContentChunker;
import holdfast.chunk.Zeros;
import holdfast.crypto.BrokenSealException;
import holdfast.crypto.Key;
import holdfast.crypto.Scrypt;
import holdfast.crypto.Seal;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Random;

/// How fast the hot loops are in a process that has just started, and how fast once it is warm. Not a test:
/// speeds are no claims on a shared machine. Each run measures one thing in a fresh JVM; see [#main].
@SuppressWarnings("SystemOut")
final class SpeedProbe {
    private static final int MEBIBYTE = 1 << 20;
    private static final long[] MARKS = {4, 16, 64, 128, 256, 512, 1024, 2048};

    private SpeedProbe() {}

    /// Does something to one mebibyte.
    @FunctionalInterface
    private interface Work {
        void once() throws BrokenSealException;
    }

    /// @param args what to measure: `seal`, `open`, `chunk`, `zeros` or `scrypt`; then `heap` for heap buffers
    public static void main(String[] args) throws BrokenSealException {
        boolean heap = args.length > 1 && args[1].equals("heap");
        ByteBuffer plain = buffer(heap, MEBIBYTE);
        ByteBuffer sealed = buffer(heap, MEBIBYTE + Seal.OVERHEAD);
        Seal seal = new Seal(Key.generate(new SecureRandom()));
        byte[] random = new byte[MEBIBYTE];
        new Random(1).nextBytes(random);
        plain.put(random);
        switch (args[0]) {
            case "seal" -> measure(() -> seal.seal(plain.clear(), sealed.clear()));
            case "open" -> {
                seal.seal(plain.clear(), sealed.clear());
                measure(() -> seal.open(sealed.clear(), plain.clear()));
            }
            case "chunk" -> chunk(heap);
            case "zeros" -> {
                ByteBuffer zeros = buffer(heap, MEBIBYTE);
                measure(() -> {
                    if (!Zeros.allZero(zeros, 0, MEBIBYTE)) {
                        throw new IllegalStateException("not zero");
                    }
                });
            }
            case "scrypt" -> scrypt();
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void chunk(boolean heap) throws BrokenSealException {
        Chunker chunker = new ContentChunker(42);
        ByteBuffer stream = buffer(heap, 256 * MEBIBYTE);
        Random random = new Random(2);
        while (stream.remaining() > 0) {
            stream.putLong(random.nextLong());
        }
        int[] at = {0};
        int[] done = {0};
        measure(() -> {
            for (; done[0] < MEBIBYTE; ) {
                int length = chunker.next(stream, at[0], stream.capacity());
                at[0] = (at[0] + length) % stream.capacity();
                done[0] += length;
            }
            done[0] -= MEBIBYTE;
        });
    }

    private static void scrypt() {
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            Scrypt.derive(new byte[10], new byte[64], 32768, 8, 1, 64);
            System.out.printf("N 32768 r 8 p 1: %.0f ms%n", (System.nanoTime() - start) / 1e6);
        }
    }

    private static void measure(Work work) throws BrokenSealException {
        long done = 0;
        for (long mark : MARKS) {
            long start = System.nanoTime();
            long before = done;
            for (; done < mark; done++) {
                work.once();
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf("%5d to %5d MiB: %6.0f MiB/s%n", before, mark, (mark - before) / seconds);
        }
    }

    private static ByteBuffer buffer(boolean heap, int bytes) {
        return heap ? ByteBuffer.allocate(bytes) : ByteBuffer.allocateDirect(bytes);
    }
}
