package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.restore.RestoreOptions.Content;
import holdfast.source.postgres.restore.RestoreOptions.Part;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Goal: rows alone, or definitions alone, are the same whatever `pg_dump` wrote. Method: how 15
/// and how 18 list a large object, beside a table.
class SelectionTest {
    private static final int NO_SECTION = 1;

    private static final TocEntry TABLE = entry(TocEntry.TABLE, "t", TocEntry.SECTION_PRE_DATA);
    private static final TocEntry ROWS = entry(TocEntry.TABLE_DATA, "t", TocEntry.SECTION_DATA);
    private static final TocEntry CONTENTS = entry(TocEntry.LARGE_OBJECTS, "BLOBS", TocEntry.SECTION_DATA);
    private static final TocEntry REMARK = entry("COMMENT", "LARGE OBJECT 104", NO_SECTION);

    private static final List<TocEntry> BY_15 = List.of(
            TABLE,
            entry("BLOB", "104", TocEntry.SECTION_PRE_DATA),
            ROWS,
            CONTENTS,
            REMARK,
            entry("ACL", "LARGE OBJECT 104", NO_SECTION));

    private static final List<TocEntry> BY_18 = List.of(
            TABLE,
            ROWS,
            entry("BLOB METADATA", "104..260", TocEntry.SECTION_DATA),
            CONTENTS,
            REMARK,
            entry("ACL", "LARGE OBJECTS 104..260", NO_SECTION));

    private static List<TocEntry> of(List<TocEntry> entries, Part part) {
        return Selection.of(entries, new Content(List.of(), List.of(), part));
    }

    @Test
    void rowsAloneAreRowsOfTables() {
        assertThat(of(BY_15, Part.DATA_REPLACED)).containsExactly(ROWS);
        assertThat(of(BY_18, Part.DATA_REPLACED)).containsExactly(ROWS);
        assertThat(of(BY_18, Part.DATA_APPENDED)).containsExactly(ROWS);
    }

    @Test
    void definitionsAloneAreWithoutLargeObjects() {
        assertThat(of(BY_15, Part.SCHEMA_ONLY)).containsExactly(TABLE);
        assertThat(of(BY_18, Part.SCHEMA_ONLY)).containsExactly(TABLE);
    }

    @Test
    void everythingIsEverything() {
        assertThat(of(BY_18, Part.ALL)).isEqualTo(BY_18);
    }

    private static TocEntry entry(String kind, String tag, int section) {
        return new TocEntry(1, false, "0", "0", tag, kind, section, "", "", "", "", "", "", 0, "o", "false", List.of());
    }
}
