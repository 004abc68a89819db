package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.archive.TocEntry;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Goal: what is made of rows gets memory that fits into a cache, more for large tables, and never
/// more than allowed.
class SortMemoryTest {
    private static final String BTREE = "CREATE INDEX i ON public.t USING btree (a);\n";
    private static final long GIBIBYTE = 1L << 30;

    private final SortMemory memory = new SortMemory(256);

    @Test
    void aSmallTableIsSortedInWhatFitsIntoACache() {
        assertThat(memory.of(entry("INDEX", BTREE), 0)).isEqualTo(32);
        assertThat(memory.of(entry("CONSTRAINT", "ALTER TABLE ONLY t ADD CONSTRAINT k PRIMARY KEY (a);\n"), GIBIBYTE))
                .isEqualTo(32);
        assertThat(memory.of(entry("FK CONSTRAINT", "ALTER TABLE ONLY t ADD CONSTRAINT f"), 1 << 20))
                .isEqualTo(8);
    }

    @Test
    void aLargeTableGetsMoreUpToTheLimit() {
        assertThat(memory.of(entry("INDEX", BTREE), 16 * GIBIBYTE)).isEqualTo(128);
        assertThat(memory.of(entry("FK CONSTRAINT", ""), 4 * GIBIBYTE)).isEqualTo(32);
        assertThat(memory.of(entry("INDEX", BTREE), 1000 * GIBIBYTE)).isEqualTo(256);
        assertThat(new SortMemory(16).of(entry("INDEX", BTREE), 0)).isEqualTo(16);
    }

    @Test
    void otherMethodsGetAllThereIs() {
        assertThat(memory.of(entry("INDEX", "CREATE INDEX i ON public.t USING gin (a);\n"), 0))
                .isEqualTo(256);
        assertThat(memory.of(
                        entry("CONSTRAINT", "ALTER TABLE ONLY t ADD CONSTRAINT e EXCLUDE USING gist (a WITH =);"), 0))
                .isEqualTo(256);
    }

    @Test
    void theServersOwnSettingStaysWhenWanted() {
        assertThat(new SortMemory(0).of(entry("INDEX", BTREE), GIBIBYTE)).isZero();
        assertThat(new SortMemory(0).of(entry("INDEX", " USING gin "), GIBIBYTE))
                .isZero();
    }

    private static TocEntry entry(String kind, String definition) {
        return new TocEntry(
                1,
                false,
                "0",
                "0",
                "i",
                kind,
                TocEntry.SECTION_POST_DATA,
                definition,
                "",
                null,
                "public",
                "",
                "",
                0,
                "",
                "false",
                List.of());
    }
}
