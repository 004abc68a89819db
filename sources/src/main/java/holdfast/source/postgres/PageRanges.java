package holdfast.source.postgres;

import java.util.ArrayList;
import java.util.List;

/// How a large table is cut so that several connections can read it. Boundaries lie at fixed pages,
/// so that the chunks of an unchanged stretch are found again in the next backup, however the table
/// grew.
final class PageRanges {
    private static final long RANGE_BYTES = 64L << 20;
    private static final int PAGE_BYTES = 8192;
    static final long RANGE_PAGES = RANGE_BYTES / PAGE_BYTES;
    /// Maps of free space and an index of TOAST do not make a range half as long.
    private static final double SLACK = 1.25;

    /// @param end -1 for the last range, which goes as far as there are pages
    record Range(long first, long end) {}

    private PageRanges() {}

    /// Of about as many bytes each, whether these lie in the pages or outside them. One range for a
    /// small table; none when rows cannot be told by their pages.
    static List<Range> of(Relation relation) {
        return cut(relation, rangePages(relation));
    }

    /// As [#of], for who does not read what lies outside the pages.
    static List<Range> ofTableAlone(Relation relation) {
        return cut(relation, RANGE_PAGES);
    }

    /// A power of two, so that boundaries stay where they are while a table grows evenly.
    private static long rangePages(Relation relation) {
        long inside = Math.max(1, relation.pages());
        long all = Math.max(inside, relation.bytes() / PAGE_BYTES);
        return Long.highestOneBit(Math.max(1, (long) ((double) RANGE_PAGES * inside / all * SLACK)));
    }

    private static List<Range> cut(Relation relation, long rangePages) {
        List<Range> ranges = new ArrayList<>();
        if (!relation.paged()) {
            return ranges;
        }
        long first = 0;
        while (first + rangePages < relation.pages()) {
            ranges.add(new Range(first, first + rangePages));
            first += rangePages;
        }
        ranges.add(new Range(first, -1));
        return ranges;
    }
}
