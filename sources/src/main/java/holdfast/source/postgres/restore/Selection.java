package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.rows.NamePattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Which entries of a table of contents are restored. A table brings along what belongs to it: its
/// sequences, indexes, constraints, triggers, policies and rights, which `pg_restore --table`
/// leaves behind. A foreign key is taken when the table that it refers to is taken too. Pure.
final class Selection {
    /// Kinds that may belong to a table.
    private static final Set<String> PARTS = Set.of(
            "SEQUENCE",
            "SEQUENCE OWNED BY",
            "SEQUENCE SET",
            "DEFAULT",
            "TABLE ATTACH",
            "INDEX",
            "INDEX ATTACH",
            "CONSTRAINT",
            "CHECK CONSTRAINT",
            "FK CONSTRAINT",
            "STATISTICS",
            "TRIGGER",
            "RULE",
            "POLICY",
            "ROW SECURITY",
            "COMMENT",
            "ACL",
            "SECURITY LABEL",
            "PUBLICATION TABLE",
            "MATERIALIZED VIEW DATA",
            TocEntry.TABLE_DATA);

    private static final Set<String> TABLES =
            Set.of(TocEntry.TABLE, "VIEW", "FOREIGN TABLE", "MATERIALIZED VIEW", "SEQUENCE");

    private Selection() {}

    /// @throws HoldfastException.BadUsage when a pattern matches nothing
    static List<TocEntry> of(List<TocEntry> entries, RestoreOptions.Content content) {
        List<TocEntry> chosen = content.selects() ? selected(entries, content) : entries;
        return switch (content.part()) {
            case ALL -> chosen;
            case SCHEMA_ONLY ->
                chosen.stream()
                        .filter(entry -> entry.section() != TocEntry.SECTION_DATA && !isOfLargeObjects(entry))
                        .toList();
            case DATA_APPENDED, DATA_REPLACED ->
                chosen.stream()
                        .filter(entry -> entry.section() == TocEntry.SECTION_DATA && !isOfLargeObjects(entry))
                        .toList();
        };
    }

    /// Where each of them is made, what it holds and what is said of it: since version 17 `pg_dump`
    /// makes them among the rows. They are neither rows nor definitions.
    private static boolean isOfLargeObjects(TocEntry entry) {
        return text(entry.description()).startsWith("BLOB") || text(entry.tag()).matches("LARGE OBJECTS? \\d.*");
    }

    private static List<TocEntry> selected(List<TocEntry> entries, RestoreOptions.Content content) {
        Set<Integer> taken = new HashSet<>();
        for (String pattern : content.schemas()) {
            NamePattern schemas = NamePattern.ofName(pattern);
            List<TocEntry> found = entries.stream()
                    .filter(entry -> !schemaOf(entry).isEmpty() && schemas.matches(schemaOf(entry)))
                    .toList();
            add(found, taken, "schema", pattern);
        }
        Set<Integer> tables = new HashSet<>();
        for (String pattern : content.tables()) {
            NamePattern names = NamePattern.of(pattern);
            List<TocEntry> found = entries.stream()
                    .filter(entry -> TABLES.contains(text(entry.description())))
                    .filter(entry -> names.matches(text(entry.namespace()), text(entry.tag())))
                    .toList();
            add(found, tables, "table", pattern);
        }
        addParts(entries, tables);
        taken.addAll(tables);
        return entries.stream().filter(entry -> taken.contains(entry.dumpId())).toList();
    }

    /// The schema that an entry lies in, is, or is about.
    private static String schemaOf(TocEntry entry) {
        String tag = text(entry.tag());
        if (entry.is("SCHEMA")) {
            return tag;
        }
        boolean about = (entry.is("COMMENT") || entry.is("ACL")) && tag.startsWith("SCHEMA ");
        return about ? tag.substring("SCHEMA ".length()).replaceAll("^\"|\"$", "") : text(entry.namespace());
    }

    private static void add(List<TocEntry> found, Set<Integer> taken, String kind, String pattern) {
        if (found.isEmpty()) {
            throw new HoldfastException.BadUsage(
                    "no " + kind + " of the backup matches " + pattern,
                    "'holdfast show' lists its tables; a pattern is like psql's: schema.table, * and ?");
        }
        found.forEach(entry -> taken.add(entry.dumpId()));
    }

    /// What belongs to a taken table, or to a taken part of it, until there is nothing more.
    private static void addParts(List<TocEntry> entries, Set<Integer> taken) {
        Map<Integer, TocEntry> all = new HashMap<>(
                entries.stream().collect(Collectors.toMap(TocEntry::dumpId, Function.identity(), (first, _) -> first)));
        List<TocEntry> parts = new ArrayList<>(entries.stream()
                .filter(entry -> PARTS.contains(text(entry.description())))
                .toList());
        boolean more = !taken.isEmpty();
        while (more) {
            more = false;
            for (TocEntry part : parts) {
                if (!taken.contains(part.dumpId()) && (belongs(part, taken, all) || isNeeded(part, taken, all))) {
                    taken.add(part.dumpId());
                    more = true;
                }
            }
        }
    }

    private static boolean belongs(TocEntry part, Set<Integer> taken, Map<Integer, TocEntry> all) {
        List<Integer> relations = part.dependencies().stream()
                .map(Integer::valueOf)
                .filter(id ->
                        all.containsKey(id) && TABLES.contains(text(all.get(id).description())))
                .toList();
        boolean constraint = part.is("FK CONSTRAINT") || part.is("TABLE ATTACH") || part.is("INDEX ATTACH");
        if (relations.isEmpty()) {
            return part.dependencies().stream().map(Integer::valueOf).anyMatch(taken::contains);
        }
        return constraint ? taken.containsAll(relations) : relations.stream().anyMatch(taken::contains);
    }

    /// The sequence of a serial column: its column's default needs it.
    private static boolean isNeeded(TocEntry part, Set<Integer> taken, Map<Integer, TocEntry> all) {
        return part.is("SEQUENCE")
                && all.values().stream()
                        .filter(entry -> entry.is("SEQUENCE OWNED BY"))
                        .map(owned -> owned.dependencies().stream()
                                .map(Integer::valueOf)
                                .toList())
                        .anyMatch(ids ->
                                ids.contains(part.dumpId()) && ids.stream().anyMatch(taken::contains));
    }

    private static String text(@Nullable String value) {
        return Objects.requireNonNullElse(value, "");
    }
}
