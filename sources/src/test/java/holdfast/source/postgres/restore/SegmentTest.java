package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.archive.ArchiveFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Goal: the segments of a table's rows are the rows, each in one of them, and what is read for them
/// grows with the file alone, however long its rows are.
final class SegmentTest {
    private static final String ENDING = "\\.\n\n\n";
    private static final long SEED = Long.getLong("seed", 20261120);

    /// A dump of one file that counts what is read of it.
    private static final class OneFile implements ArchiveFiles {
        private final byte[] content;
        private long read;

        OneFile(String rows) {
            content = (rows + ENDING).getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public Optional<Long> size(String name) {
            return Optional.of((long) content.length);
        }

        @Override
        public InputStream open(String name, long offset) {
            return new ByteArrayInputStream(content, (int) offset, content.length - (int) offset) {
                @Override
                public synchronized int read(byte[] to, int at, int length) {
                    int done = super.read(to, at, length);
                    read += Math.max(0, done);
                    return done;
                }
            };
        }
    }

    @Test
    void everyRowIsInOneSegment() throws IOException {
        System.out.println("SegmentTest: -Dseed=" + SEED);
        Random random = new Random(SEED);
        for (int round = 0; round < 500; round++) {
            StringBuilder rows = new StringBuilder();
            for (int i = random.nextInt(20); i > 0; i--) {
                rows.append("x".repeat(random.nextInt(random.nextBoolean() ? 5 : 100)))
                        .append('\n');
            }
            OneFile file = new OneFile(rows.toString());
            StringBuilder read = new StringBuilder();
            for (Segment segment : Segment.of(file, "1.dat", 1 + random.nextInt(60))) {
                String part = new String(rows(segment, file, 1 + random.nextInt(9)), StandardCharsets.US_ASCII);
                assertThat(part)
                        .satisfiesAnyOf(
                                p -> assertThat(p).isEmpty(), p -> assertThat(p).endsWith("\n"));
                read.append(part);
            }
            assertThat(read).hasToString(rows.toString());
        }
    }

    @Test
    void aRowOfManySegmentsIsReadOnce() throws IOException {
        OneFile file = new OneFile("y".repeat(20 << 20) + "\nz\n");
        List<Segment> segments = Segment.of(file, "1.dat", 1 << 20);
        assertThat(segments).hasSizeGreaterThan(20);
        long sum = 0;
        for (Segment segment : segments) {
            sum += rows(segment, file, 1 << 16).length;
        }
        assertThat(sum).isEqualTo((20 << 20) + 3);
        assertThat(file.read).isLessThan(3L * file.content.length);
    }

    private static byte[] rows(Segment segment, ArchiveFiles files, int bufferBytes) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[bufferBytes];
        try (RowInput rows = segment.open(files)) {
            for (int length = rows.read(buffer); length >= 0; length = rows.read(buffer)) {
                all.writeBytes(Arrays.copyOf(buffer, length));
            }
        }
        return all.toByteArray();
    }
}
