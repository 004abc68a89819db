package holdfast.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.ObjectId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Goal: cuts depend on content alone, move little when content changes, and keep to their limits.
class ContentChunkerTest {
    private static final int MEBIBYTE = 1 << 20;

    private final ContentChunker chunker = new ContentChunker(42);

    @Test
    void lengthsKeepTheirLimitsAndAverageAboutAMebibyteOnRandomData() {
        assertLengths(random(1, 96 * MEBIBYTE));
    }

    @Test
    void lengthsKeepTheirLimitsAndAverageAboutAMebibyteOnText() {
        Random random = new Random(2);
        StringBuilder text = new StringBuilder();
        while (text.length() < 96 * MEBIBYTE) {
            text.append("INSERT INTO orders VALUES (")
                    .append(random.nextInt(1_000_000))
                    .append(", 'customer ");
            text.append(random.nextInt(5000))
                    .append("', 'open', 2026-0")
                    .append(random.nextInt(9))
                    .append(");\n");
        }
        assertLengths(text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    private void assertLengths(byte[] content) {
        List<Integer> lengths = lengths(ByteBuffer.wrap(content), 0, content.length);
        List<Integer> whole = lengths.subList(0, lengths.size() - 1);
        assertThat(whole).allMatch(length -> length >= ContentChunker.MINIMUM && length <= ContentChunker.MAXIMUM);
        assertThat(content.length / lengths.size()).isBetween(800 << 10, 1400 << 10);
        assertThat(new HashSet<>(whole)).hasSizeGreaterThan(whole.size() * 9 / 10);
    }

    @Test
    void cutsDoNotDependOnWhereInWhichBufferTheContentLies() {
        byte[] content = random(3, 12 * MEBIBYTE);
        List<Integer> expected = lengths(ByteBuffer.wrap(content), 0, content.length);
        assertThat(expected.stream().mapToInt(Integer::intValue).sum()).isEqualTo(content.length);
        for (int offset : new int[] {1, 7, 8191, 100_000}) {
            ByteBuffer direct = ByteBuffer.allocateDirect(content.length + offset + 100);
            direct.put(offset, content);
            for (int i = 0; i < 100; i++) {
                direct.put(offset + content.length + i, (byte) i);
            }
            direct.position(offset / 2);
            assertThat(lengths(direct, offset, offset + content.length)).isEqualTo(expected);
            assertThat(direct.position()).isEqualTo(offset / 2);
        }
    }

    /// Method: the stream comes through a buffer that is moved and filled again whenever less than the maximum
    /// is left.
    @Test
    void cutsDoNotDependOnHowTheStreamIsFed() {
        byte[] content = random(4, 40 * MEBIBYTE);
        List<Integer> expected = lengths(ByteBuffer.wrap(content), 0, content.length);
        ByteBuffer buffer = ByteBuffer.allocateDirect(ContentChunker.MAXIMUM + 3 * MEBIBYTE);
        List<Integer> lengths = new ArrayList<>();
        int fed = 0;
        int from = 0;
        while (true) {
            if (buffer.position() - from < chunker.maximum()) {
                buffer.limit(buffer.position()).position(from).compact();
                from = 0;
                int more = Math.min(buffer.remaining(), content.length - fed);
                buffer.put(content, fed, more);
                fed += more;
                if (buffer.position() == 0) {
                    break;
                }
            }
            int length = chunker.next(buffer, from, buffer.position());
            lengths.add(length);
            from += length;
        }
        assertThat(lengths).isEqualTo(expected);
    }

    @Test
    void anInsertionEarlyInAStreamChangesFewChunks() {
        byte[] content = random(5, 64 * MEBIBYTE);
        byte[] changed = new byte[content.length + 1];
        System.arraycopy(content, 0, changed, 0, 1000);
        changed[1000] = 7;
        System.arraycopy(content, 1000, changed, 1001, content.length - 1000);
        Set<ObjectId> before = new HashSet<>(chunks(content));
        List<ObjectId> after = chunks(changed);
        assertThat(after.stream().filter(chunk -> !before.contains(chunk)).count())
                .isBetween(1L, 4L);
    }

    @Test
    void aChangeInTheMiddleChangesFewChunks() {
        byte[] content = random(6, 64 * MEBIBYTE);
        Set<ObjectId> before = new HashSet<>(chunks(content));
        for (int i = 0; i < 1000; i++) {
            content[30 * MEBIBYTE + i] ^= 1;
        }
        assertThat(chunks(content).stream()
                        .filter(chunk -> !before.contains(chunk))
                        .count())
                .isBetween(1L, 4L);
    }

    @Test
    void runsOfZerosAreCutAtTheMaximumWhateverTheSeed() {
        ByteBuffer zeros = ByteBuffer.allocateDirect(20 * MEBIBYTE);
        for (long seed = -20; seed < 20; seed++) {
            List<Integer> lengths = new ArrayList<>();
            ContentChunker seeded = new ContentChunker(seed);
            for (int from = 0; from < zeros.capacity(); from += lengths.getLast()) {
                lengths.add(seeded.next(zeros, from, zeros.capacity()));
            }
            assertThat(lengths).containsExactly(8 * MEBIBYTE, 8 * MEBIBYTE, 4 * MEBIBYTE);
        }
        // the same when the shortcut is not taken, because one byte at the very end is not zero
        zeros.put(8 * MEBIBYTE - 1, (byte) 1);
        assertThat(chunker.next(zeros, 0, zeros.capacity())).isEqualTo(8 * MEBIBYTE);
    }

    @Test
    void seedsCutDifferentlyAndEachAlwaysTheSame() {
        byte[] content = random(7, 8 * MEBIBYTE);
        ByteBuffer bytes = ByteBuffer.wrap(content);
        assertThat(new ContentChunker(42).next(bytes, 0, content.length))
                .isEqualTo(chunker.next(bytes, 0, content.length));
        assertThat(new ContentChunker(43).next(bytes, 0, content.length))
                .isNotEqualTo(chunker.next(bytes, 0, content.length));
    }

    /// These very lengths: should they change, new backups would share nothing with old ones.
    @Test
    void theCutsAreTheOnesOfEarlierVersions() {
        byte[] content = random(8, 6 * MEBIBYTE);
        assertThat(lengths(ByteBuffer.wrap(content), 0, content.length))
                .containsExactly(970847, 986950, 859641, 1618047, 659026, 302731, 894214);
    }

    @Test
    void shortStreamsAreOneChunk() {
        for (int length : new int[] {1, 63, 64, 65, ContentChunker.MINIMUM - 1, ContentChunker.MINIMUM}) {
            assertThat(chunker.next(ByteBuffer.wrap(random(9, length)), 0, length))
                    .isEqualTo(length);
        }
        ByteBuffer some = ByteBuffer.allocate(10);
        assertThatThrownBy(() -> chunker.next(some, 3, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> chunker.next(some, 3, 11)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> chunker.next(some, -1, 5)).isInstanceOf(IllegalArgumentException.class);
    }

    /// Method: the definition, computed in the plainest way, for a few chunks.
    @Test
    void cutsLieWhereTheDefinitionSaysTheyDo() {
        byte[] content = random(10, 5 * MEBIBYTE);
        long[] gear = Gear.table(42);
        gear[0] = (gear[0] & Long.MAX_VALUE) | 1;
        int from = 0;
        for (int length : lengths(ByteBuffer.wrap(content), 0, content.length)) {
            int expected = content.length - from;
            for (int end = from + ContentChunker.MINIMUM + 1; end <= content.length; end++) {
                long hash = 0;
                for (int back = 0; back < 64; back++) {
                    hash += gear[content[end - 1 - back] & 0xff] << back;
                }
                int bits = end - from <= ContentChunker.NORMAL ? 22 : 18;
                if (hash >>> (64 - bits) == 0) {
                    expected = end - from;
                    break;
                }
            }
            assertThat(length).isEqualTo(expected);
            from += length;
        }
    }

    private List<Integer> lengths(ByteBuffer bytes, int from, int to) {
        List<Integer> lengths = new ArrayList<>();
        for (int at = from; at < to; at += lengths.getLast()) {
            lengths.add(chunker.next(bytes, at, to));
        }
        return lengths;
    }

    private List<ObjectId> chunks(byte[] content) {
        List<ObjectId> ids = new ArrayList<>();
        int at = 0;
        for (int length : lengths(ByteBuffer.wrap(content), 0, content.length)) {
            ids.add(ObjectId.hash(ByteBuffer.wrap(content, at, length)));
            at += length;
        }
        return ids;
    }

    private static byte[] random(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
