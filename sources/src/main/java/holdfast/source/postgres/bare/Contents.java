package holdfast.source.postgres.bare;

import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which data a table of contents promises, and what has been found of it. Used by one thread.
final class Contents {
    private static final int NAMED = 5;

    private final TableOfContents toc;
    private final Map<Integer, TocEntry> missing = new LinkedHashMap<>();
    private long tables;
    private long rows;

    Contents(TableOfContents toc, List<CheckResult> checks) {
        this.toc = toc;
        for (TocEntry entry : toc.entries()) {
            if (entry.data()) {
                missing.put(entry.dumpId(), entry);
            }
        }
        checks.add(CheckResult.pass(
                "table of contents",
                Count.of(toc.entries().size(), "entry") + ", database "
                        + toc.header().database() + " of PostgreSQL "
                        + toc.header().serverVersion()));
    }

    TableOfContents toc() {
        return toc;
    }

    /// @param rowsRead -1 for what is not in COPY's format
    void found(TocEntry entry, long rowsRead) {
        missing.remove(entry.dumpId());
        if (entry.is(TocEntry.TABLE_DATA)) {
            tables++;
            rows += Math.max(0, rowsRead);
        }
    }

    /// After everything.
    void finish(List<CheckResult> checks) {
        if (!missing.isEmpty()) {
            List<String> names = new ArrayList<>();
            missing.values().stream().limit(NAMED).map(EntryData::name).forEach(names::add);
            String more = missing.size() > NAMED ? " and " + (missing.size() - NAMED) + " more" : "";
            checks.add(CheckResult.fail("data", "there is none of " + String.join(", ", names) + more));
            return;
        }
        checks.add(CheckResult.pass("data", Count.of(tables, "table") + ", " + Count.of(rows, "row")));
    }
}
