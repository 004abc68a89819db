package holdfast.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class FixedChunkerTest {
    @Test
    void everyChunkButTheLastHasTheSameLength() {
        FixedChunker chunker = new FixedChunker(4096);
        ByteBuffer bytes = ByteBuffer.allocate(10_000);
        assertThat(chunker.maximum()).isEqualTo(4096);
        assertThat(chunker.next(bytes, 0, 10_000)).isEqualTo(4096);
        assertThat(chunker.next(bytes, 4096, 10_000)).isEqualTo(4096);
        assertThat(chunker.next(bytes, 8192, 10_000)).isEqualTo(1808);
        assertThatThrownBy(() -> chunker.next(bytes, 10_000, 10_000)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FixedChunker(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
