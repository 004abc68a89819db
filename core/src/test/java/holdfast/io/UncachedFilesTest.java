package holdfast.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: a file written past the page cache has the same content, length and rights as any other,
/// and where that is not possible nothing is left behind.
class UncachedFilesTest {
    private static final int LEAST = UncachedFiles.LEAST_BYTES;
    private static final int BLOCK = UncachedFiles.BLOCK_BYTES;

    @TempDir
    private Path folder;

    @Test
    void contentOfAnyLengthArrives() throws IOException {
        for (int bytes : new int[] {LEAST, LEAST + 1, LEAST + BLOCK - 1, 3 * LEAST + BLOCK, 3 * LEAST + 77}) {
            byte[] content = random(bytes);
            ByteBuffer buffer = UncachedFiles.buffer(4 * LEAST).put(content).flip();
            assertThat(UncachedFiles.suits(buffer)).isTrue();
            Path file = folder.resolve("file" + bytes);
            DurableFiles.write(file, buffer);
            assertThat(Files.readAllBytes(file)).isEqualTo(content);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("r--------");
            assertThat(buffer.position()).isZero();
            assertThat(buffer.remaining()).isEqualTo(bytes);
        }
        assertThat(folder.toFile().list()).hasSize(5);
    }

    @Test
    void aBufferIsAsLargeAsWanted() {
        for (int bytes : new int[] {0, 1, 77, BLOCK - 1, BLOCK, BLOCK + 1, 20_000_109}) {
            assertThat(UncachedFiles.buffer(bytes).capacity()).isEqualTo(bytes);
        }
    }

    @Test
    void otherBuffersDoNotSuitAndAreWrittenAllTheSame() throws IOException {
        byte[] content = random(2 * LEAST);
        ByteBuffer shifted =
                UncachedFiles.buffer(3 * LEAST).position(8).put(content).flip().position(8);
        for (ByteBuffer other : new ByteBuffer[] {shifted, ByteBuffer.wrap(content)}) {
            assertThat(UncachedFiles.suits(other)).isFalse();
            Path file = folder.resolve(other.isDirect() ? "shifted" : "heap");
            DurableFiles.write(file, other);
            assertThat(Files.readAllBytes(file)).isEqualTo(content);
        }
        assertThat(UncachedFiles.suits(UncachedFiles.buffer(LEAST - 1))).isFalse();
    }

    @Test
    void nothingIsLeftOfWhatCouldNotBeWritten() throws IOException {
        assertThat(UncachedFiles.write(folder.resolve("missing/file"), UncachedFiles.buffer(LEAST)))
                .isFalse();
        // the kernel takes no such buffer
        ByteBuffer shifted = UncachedFiles.buffer(2 * LEAST).position(8);
        assertThat(UncachedFiles.write(folder.resolve("file"), shifted)).isFalse();
        assertThat(folder.toFile().list()).isEmpty();
    }

    private static byte[] random(int bytes) {
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return content;
    }
}
