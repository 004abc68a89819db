package holdfast.source.postgres.export;

import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// In which order tables take their rows so that foreign keys find what they refer to, as far as
/// there is one: a foreign key in the table of contents depends on its table and on the key it
/// refers to.
final class LoadOrder {
    private final Map<String, TocEntry> entries = new HashMap<>();
    private final Map<String, Set<String>> parents = new HashMap<>();
    private final Map<String, DumpFolder.Table> tables = new LinkedHashMap<>();
    private final Set<String> visited = new HashSet<>();
    private final List<DumpFolder.Table> ordered = new ArrayList<>();

    private LoadOrder(TableOfContents toc, List<DumpFolder.Table> wanted) {
        for (TocEntry entry : toc.entries()) {
            entries.put(Integer.toString(entry.dumpId()), entry);
        }
        for (TocEntry entry : toc.entries()) {
            if (entry.is("FK CONSTRAINT")) {
                Set<String> connected = new LinkedHashSet<>();
                entry.dependencies().forEach(id -> connected.addAll(tablesOf(id)));
                for (String table : connected) {
                    String begin = table.substring(table.indexOf('.') + 1) + " ";
                    if (String.valueOf(entry.tag()).startsWith(begin)) {
                        parents.computeIfAbsent(table, _ -> new LinkedHashSet<>())
                                .addAll(connected);
                    }
                }
            }
        }
        wanted.forEach(table -> tables.put(name(table.entry()), table));
    }

    static List<DumpFolder.Table> of(TableOfContents toc, List<DumpFolder.Table> wanted) {
        LoadOrder order = new LoadOrder(toc, wanted);
        order.tables.keySet().forEach(order::visit);
        return order.ordered;
    }

    private static String name(TocEntry entry) {
        return entry.namespace() + "." + entry.tag();
    }

    /// A table, or that of a key or index.
    private Set<String> tablesOf(String id) {
        TocEntry entry = entries.get(id);
        if (entry == null) {
            return Set.of();
        }
        if (entry.is("TABLE")) {
            return Set.of(name(entry));
        }
        Set<String> found = new LinkedHashSet<>();
        if (entry.is("CONSTRAINT") || entry.is("INDEX")) {
            for (String dependency : entry.dependencies()) {
                TocEntry table = entries.get(dependency);
                if (table != null && table.is("TABLE")) {
                    found.add(name(table));
                }
            }
        }
        return found;
    }

    private void visit(String name) {
        if (visited.add(name)) {
            parents.getOrDefault(name, Set.of()).forEach(this::visit);
            DumpFolder.Table table = tables.get(name);
            if (table != null) {
                ordered.add(table);
            }
        }
    }
}
