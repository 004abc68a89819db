package holdfast.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class PageChunksTest {
    private static final long GIB = 1L << 30;

    @Test
    void chunksGrowFourfoldWhenTheDatabaseGrowsSixteenfold() {
        assertThat(PageChunks.bytesFor(0, 4096)).isEqualTo(64 << 10);
        assertThat(PageChunks.bytesFor(GIB - 1, 4096)).isEqualTo(64 << 10);
        assertThat(PageChunks.bytesFor(GIB, 4096)).isEqualTo(256 << 10);
        assertThat(PageChunks.bytesFor(16 * GIB - 1, 4096)).isEqualTo(256 << 10);
        assertThat(PageChunks.bytesFor(16 * GIB, 4096)).isEqualTo(1 << 20);
        assertThat(PageChunks.bytesFor(256 * GIB, 4096)).isEqualTo(4 << 20);
        assertThat(PageChunks.bytesFor(Long.MAX_VALUE, 4096)).isEqualTo(4 << 20);
    }

    @Test
    void everyChunkIsAPowerOfTwoAndHoldsWholePages() {
        for (int page = 512; page <= 65536; page *= 2) {
            for (long size = 0; size < 1L << 50; size = size * 3 + 1) {
                int bytes = PageChunks.bytesFor(size, page);
                assertThat(Integer.bitCount(bytes)).isOne();
                assertThat(bytes % page).isZero();
            }
        }
    }

    @Test
    void theListOfChunksStaysSmallBesideTheDatabase() {
        for (long size = GIB; size <= 1L << 40; size *= 2) {
            long json = size / PageChunks.bytesFor(size, 4096) * 67;
            assertThat(json).as("%d bytes", size).isLessThan(size / 900);
        }
    }

    @Test
    void nonsenseIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> PageChunks.bytesFor(-1, 4096));
        assertThatIllegalArgumentException().isThrownBy(() -> PageChunks.bytesFor(1, 1000));
        assertThatIllegalArgumentException().isThrownBy(() -> PageChunks.bytesFor(1, 131072));
    }
}
