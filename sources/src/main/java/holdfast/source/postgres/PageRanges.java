package holdfast.source.postgres;

import java.util.ArrayList;
import java.util.List;

/// How a large table is cut so that several connections can read it. Boundaries lie at fixed pages, so that the chunks
/// of an unchanged stretch are found again in the next backup, however the table grew.
final class PageRanges {
    private static final int PAGE_BYTES = 8192;
    private static final long RANGE_BYTES = 64L << 20;
    static final long RANGE_PAGES = RANGE_BYTES / PAGE_BYTES;

    /// @param end -1 for the last range, which goes as far as there are pages
    record Range(long first, long end) {}

    private PageRanges() {}

    /// One range for a small table.
    static List<Range> of(long tableBytes) {
        long pages = tableBytes / PAGE_BYTES;
        List<Range> ranges = new ArrayList<>();
        long first = 0;
        while (first + RANGE_PAGES < pages) {
            ranges.add(new Range(first, first + RANGE_PAGES));
            first += RANGE_PAGES;
        }
        ranges.add(new Range(first, -1));
        return ranges;
    }
}
