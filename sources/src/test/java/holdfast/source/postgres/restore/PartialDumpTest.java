package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.archive.TocEntry;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PartialDumpTest {
    private static final TocEntry ORDERS = table("public", "orders", "CREATE TABLE public.orders ();");
    private static final TocEntry ROWS = entry(TocEntry.TABLE_DATA, TocEntry.SECTION_DATA, "public", "orders", "");

    private static TocEntry entry(String kind, int section, String schema, String tag, String sql) {
        return new TocEntry(
                1, false, "0", "0", tag, kind, section, sql, "", null, schema, null, null, 0, "app", "false",
                List.of());
    }

    private static TocEntry table(String schema, String name, String sql) {
        return entry(TocEntry.TABLE, TocEntry.SECTION_PRE_DATA, schema, name, sql);
    }

    private static TocEntry foreignKey(String to) {
        String sql =
                "ALTER TABLE ONLY public.orders\n    ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES " + to + "(id);\n";
        return entry("FK CONSTRAINT", TocEntry.SECTION_POST_DATA, "public", "orders f", sql);
    }

    @Test
    void aForeignKeyToATableThatIsThereStays() {
        TocEntry odd = table("Od\"d", "na.me (x)", "CREATE TABLE …");
        TocEntry oddRows = entry(TocEntry.TABLE_DATA, TocEntry.SECTION_DATA, "Od\"d", "na.me (x)", "");
        List<TocEntry> entries = List.of(
                ORDERS, odd, ROWS, oddRows, foreignKey("\"Od\"\"d\".\"na.me (x)\""), foreignKey("public.orders"));
        PartialDump part = PartialDump.of(entries);
        assertThat(part.entries()).isEqualTo(entries);
        assertThat(part.foreignKeys()).isZero();
    }

    @Test
    void aForeignKeyToATableThatIsNotThereIsLeftOut() {
        PartialDump part = PartialDump.of(List.of(ORDERS, ROWS, foreignKey("public.customers")));
        assertThat(part.entries()).containsExactly(ORDERS, ROWS);
        assertThat(part.foreignKeys()).isEqualTo(1);
    }

    @Test
    void aForeignKeyToRowsThatAreNotThereIsLeftOut() {
        TocEntry customers = table("public", "customers", "CREATE TABLE public.customers ();");
        TocEntry parted = table("public", "customers", "CREATE TABLE public.customers (\n)\nPARTITION BY HASH (id);");
        TocEntry key = foreignKey("public.customers");
        assertThat(PartialDump.of(List.of(ORDERS, customers, ROWS, key)).entries())
                .containsExactly(ORDERS, customers, ROWS);
        assertThat(PartialDump.of(List.of(ORDERS, parted, ROWS, key)).entries()).contains(key);
        assertThat(PartialDump.of(List.of(ORDERS, customers, key)).entries())
                .as("no rows at all")
                .contains(key);
    }

    @Test
    void schemasThatTablesLieInAreMissed() {
        TocEntry made = entry("SCHEMA", TocEntry.SECTION_PRE_DATA, "", "made", "CREATE SCHEMA made;\n");
        PartialDump part = PartialDump.of(List.of(
                made,
                ORDERS,
                table("made", "a", ""),
                table("lacking", "b", ""),
                // of an extension, which makes its schema itself
                entry(TocEntry.TABLE_DATA, TocEntry.SECTION_DATA, "cron", "job", "")));
        assertThat(part.schemas()).containsExactly("lacking");
    }
}
