package holdfast.source.postgres.restore;

import holdfast.source.postgres.archive.TocEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A dump of some tables or schemas, made to stand by itself: `pg_dump` brings along neither the
/// schemas that chosen tables lie in nor what their foreign keys refer to. Pure.
///
/// @param entries without the foreign keys that cannot be
/// @param foreignKeys how many those were
/// @param schemas that are needed and not there
record PartialDump(List<TocEntry> entries, int foreignKeys, Set<String> schemas) {
    private static final String NAME = "(\"(?:[^\"]|\"\")+\"|[^\".( ]+)";
    private static final Pattern REFERENCES = Pattern.compile(" REFERENCES " + NAME + "\\." + NAME + "\\(");
    private static final Set<String> THERE = Set.of("public", "information_schema", "");

    static PartialDump of(List<TocEntry> entries) {
        Map<String, TocEntry> tables = new HashMap<>();
        Set<String> withRows = new HashSet<>();
        Set<String> missing = new TreeSet<>();
        for (TocEntry entry : entries) {
            if (entry.is(TocEntry.TABLE)) {
                tables.put(name(entry), entry);
            } else if (entry.is(TocEntry.TABLE_DATA)) {
                withRows.add(name(entry));
            }
            if (entry.section() == TocEntry.SECTION_PRE_DATA) {
                missing.add(text(entry.namespace()));
            }
        }
        missing.removeAll(THERE);
        missing.removeIf(schema -> schema.startsWith("pg_"));
        entries.stream().filter(entry -> entry.is("SCHEMA")).forEach(entry -> missing.remove(text(entry.tag())));
        List<TocEntry> kept = new ArrayList<>();
        for (TocEntry entry : entries) {
            if (!entry.is("FK CONSTRAINT") || holds(entry, tables, withRows)) {
                kept.add(entry);
            }
        }
        return new PartialDump(List.copyOf(kept), entries.size() - kept.size(), missing);
    }

    /// Whether the rows that it refers to are there, if its own are. A partitioned table has none itself.
    private static boolean holds(TocEntry foreignKey, Map<String, TocEntry> tables, Set<String> withRows) {
        Matcher references = REFERENCES.matcher(text(foreignKey.definition()));
        if (!references.find()) {
            return true;
        }
        String other = qualified(plain(references.group(1)), plain(references.group(2)));
        TocEntry table = tables.get(other);
        if (table == null) {
            return false;
        }
        // "orders orders_customer_fkey"
        String tag = text(foreignKey.tag());
        boolean own = withRows.stream()
                .anyMatch(name -> name.startsWith(text(foreignKey.namespace()) + "\0")
                        && tag.startsWith(name.substring(name.indexOf('\0') + 1) + " "));
        return !own || withRows.contains(other) || text(table.definition()).contains("\nPARTITION BY ");
    }

    private static String plain(String name) {
        return name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name;
    }

    private static String name(TocEntry entry) {
        return qualified(text(entry.namespace()), text(entry.tag()));
    }

    private static String qualified(String schema, String table) {
        return schema + "\0" + table;
    }

    private static String text(@Nullable String value) {
        return Objects.requireNonNullElse(value, "");
    }
}
