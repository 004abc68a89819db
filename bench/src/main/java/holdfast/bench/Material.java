package holdfast.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/// What benchmarks work on; the same in every run.
final class Material {
    static final int MEBIBYTE = 1 << 20;

    private Material() {}

    /// Bytes that do not compress.
    static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    /// Rows as PostgreSQL's COPY writes them: zstd makes about a third of them.
    static byte[] rows(int length) {
        StringBuilder rows = new StringBuilder(length + 200);
        Random random = new Random(2);
        for (int i = 0; rows.length() < length; i++) {
            rows.append(i).append("\t2026-03-").append(10 + random.nextInt(20)).append(" 10:20:30+00\t");
            rows.append(random.nextInt(100_000)).append('\t').append(Long.toHexString(random.nextLong()));
            rows.append("\torder of ").append(random.nextInt(5000)).append("\t\\N\n");
        }
        return rows.substring(0, length).getBytes(StandardCharsets.US_ASCII);
    }

    static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
