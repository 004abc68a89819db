package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Goal: every page is in just one range, ranges are of about the same size whatever the rows have
/// outside their pages, and boundaries stay when a table grows.
class PageRangesTest {
    private static final long MEBIBYTE = 1 << 20;

    @Test
    void aTableIsCutAtFixedPages() {
        List<PageRanges.Range> ranges = PageRanges.of(table(200 * MEBIBYTE, 200 * MEBIBYTE));
        assertThat(ranges)
                .containsExactly(
                        new PageRanges.Range(0, 8192),
                        new PageRanges.Range(8192, 16384),
                        new PageRanges.Range(16384, 24576),
                        new PageRanges.Range(24576, -1));
        assertThat(PageRanges.of(table(300 * MEBIBYTE, 300 * MEBIBYTE)))
                .startsWith(ranges.get(0), ranges.get(1), ranges.get(2));
    }

    @Test
    void whatLiesOutsideCounts() {
        // 2 MiB of pages, 512 MiB of TOAST
        List<PageRanges.Range> ranges = PageRanges.of(table(2 * MEBIBYTE, 514 * MEBIBYTE));
        assertThat(ranges).hasSize(8).startsWith(new PageRanges.Range(0, 32)).endsWith(new PageRanges.Range(224, -1));
        assertThat(PageRanges.ofTableAlone(table(2 * MEBIBYTE, 514 * MEBIBYTE))).hasSize(1);
        // maps of free space do not
        assertThat(PageRanges.of(table(200 * MEBIBYTE, 205 * MEBIBYTE))).hasSize(4);
        // nor is anything smaller than a page
        assertThat(PageRanges.of(table(8192 * 3, 1000 * MEBIBYTE))).hasSize(3);
    }

    @Test
    void smallTablesAreOneRangeAndOthersNone() {
        assertThat(PageRanges.of(table(MEBIBYTE, MEBIBYTE))).containsExactly(new PageRanges.Range(0, -1));
        assertThat(PageRanges.of(table(0, 0))).containsExactly(new PageRanges.Range(0, -1));
        assertThat(PageRanges.of(Relation.UNKNOWN)).isEmpty();
    }

    private static Relation table(long pageBytes, long bytes) {
        return new Relation(bytes, pageBytes / 8192, true, false, "");
    }
}
