package holdfast.source.postgres.restore;

import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.rows.Identifiers;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// How what is in a database gives way to what is restored, inside of it: by schemas that take
/// other names. Immutable.
///
/// @param renamed schemas that get other names whole, and which; the server renames them without
///     touching what is in them
/// @param emptied schemas that stay, since they belong to others or hold parts of extensions: what
///     users have in them moves into new schemas, and which
/// @param kept schemas that earlier restores have kept; they stay as they are
public record InsidePlan(Map<String, String> renamed, Map<String, String> emptied, Set<String> kept) {
    private static final Set<String> OF_EXTENSIONS = Set.of("EXTENSION");

    public InsidePlan {
        renamed = Map.copyOf(renamed);
        emptied = Map.copyOf(emptied);
        kept = Set.copyOf(kept);
    }

    /// Where what is in each schema now will be found.
    public Map<String, String> keptSchemas() {
        Map<String, String> all = new TreeMap<>(renamed);
        all.putAll(emptied);
        return all;
    }

    /// All schemas that hold what was there before this restore, or an earlier one.
    Set<String> old() {
        Set<String> all = new TreeSet<>(kept);
        all.addAll(keptSchemas().values());
        return all;
    }

    /// What is made and loaded: extensions are there, and so are schemas that stay, with their
    /// rights.
    List<TocEntry> entries(List<TocEntry> chosen) {
        return chosen.stream().filter(entry -> !stays(entry)).toList();
    }

    /// What is to be compared with those: without what was there before, and with what a dump says
    /// of schemas that stay left out as there.
    List<TocEntry> compared(List<TocEntry> found) {
        Set<String> old = old();
        return found.stream()
                .filter(entry -> !stays(entry)
                        && !old.contains(text(entry.namespace()))
                        && old.stream().noneMatch(schema -> isAbout(entry, schema)))
                .toList();
    }

    private boolean stays(TocEntry entry) {
        String tag = text(entry.tag());
        return OF_EXTENSIONS.contains(text(entry.description()))
                || tag.startsWith("EXTENSION ")
                || kept.contains(text(entry.namespace()))
                || kept.stream().anyMatch(schema -> isAbout(entry, schema))
                || emptied.keySet().stream().anyMatch(schema -> isAbout(entry, schema));
    }

    private static boolean isAbout(TocEntry entry, String schema) {
        String tag = text(entry.tag());
        return entry.is("SCHEMA")
                ? tag.equals(schema)
                : tag.equals("SCHEMA " + schema) || tag.equals("SCHEMA " + Identifiers.quote(schema));
    }

    private static String text(@Nullable String value) {
        return Objects.requireNonNullElse(value, "");
    }
}
