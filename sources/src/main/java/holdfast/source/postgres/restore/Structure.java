package holdfast.source.postgres.restore;

import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.source.postgres.archive.TocEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Compares what a dump describes with what a dump of the restored database would. Pure.
final class Structure {
    private static final int NAMED = 20;
    /// Said of the whole, or different by nature: rows are compared by their fingerprints.
    private static final Set<String> LEFT_OUT = Set.of(
            "ENCODING",
            "STDSTRINGS",
            "SEARCHPATH",
            "DATABASE",
            "DATABASE PROPERTIES",
            "BLOBS",
            "BLOB METADATA",
            "STATISTICS DATA",
            TocEntry.TABLE_DATA);

    private static final String SEQUENCE_VALUE = "SEQUENCE SET";

    /// How closely two dumps can be compared.
    ///
    /// @param text whether definitions are the same word for word: both were made by one version of
    ///     `pg_dump`, of servers of one version
    /// @param complete whether there must be nothing else in the target
    record Manner(boolean text, boolean complete, boolean owners, boolean privileges) {}

    private record Name(String kind, String schema, String tag) {
        static Name of(TocEntry entry) {
            return new Name(text(entry.description()), text(entry.namespace()), text(entry.tag()));
        }

        @Override
        public String toString() {
            return kind + " " + (schema.isEmpty() ? "" : schema + ".") + tag;
        }
    }

    private Structure() {}

    /// @param restored entries of the dump that were restored
    /// @param found entries that describe the target now
    static List<CheckResult> compare(List<TocEntry> restored, List<TocEntry> found, Manner manner) {
        Map<Name, List<String>> there = definitions(found, manner);
        Map<Name, List<String>> wanted = definitions(restored, manner);
        List<CheckResult> checks = new ArrayList<>();
        wanted.forEach((name, definitions) -> {
            List<String> actual = there.get(name);
            if (actual == null) {
                checks.add(CheckResult.fail("structure: " + name, "is not in the target"));
            } else if (manner.text() && !sameElements(definitions, actual)) {
                checks.add(CheckResult.fail("structure: " + name, "is defined in another way in the target"));
            }
        });
        if (manner.complete()) {
            Set<Name> more = new HashSet<>(there.keySet());
            more.removeAll(wanted.keySet());
            // is in every new database; told only where it belongs to another role than it does since 15
            more.remove(new Name("SCHEMA", "", "public"));
            // the values of sequences are data: a dump of definitions alone has none
            if (wanted.keySet().stream().noneMatch(name -> name.kind().equals(SEQUENCE_VALUE))) {
                more.removeIf(name -> name.kind().equals(SEQUENCE_VALUE));
            }
            more.forEach(name -> checks.add(CheckResult.fail("structure: " + name, "is not in the backup")));
        }
        if (checks.isEmpty()) {
            String how = manner.text()
                    ? " defined as in the backup"
                    : " there, as in the backup (names only:"
                            + " another version of PostgreSQL words them differently)";
            return List.of(CheckResult.pass("structure", Count.of(wanted.size(), "object") + how));
        }
        return checks.size() > NAMED ? checks.subList(0, NAMED) : checks;
    }

    private static boolean sameElements(List<String> left, List<String> right) {
        return left.size() == right.size() && new HashSet<>(left).equals(new HashSet<>(right));
    }

    private static Map<Name, List<String>> definitions(List<TocEntry> entries, Manner manner) {
        Map<Name, List<String>> definitions = new HashMap<>();
        for (TocEntry entry : entries) {
            String kind = text(entry.description());
            boolean rights = kind.contains("ACL");
            if (LEFT_OUT.contains(kind) || isOfDatabase(entry) || (rights && !manner.privileges())) {
                continue;
            }
            String definition =
                    text(entry.definition()).strip() + (manner.owners() ? "\nowner " + text(entry.owner()) : "");
            definitions.computeIfAbsent(Name.of(entry), _ -> new ArrayList<>()).add(definition);
        }
        return definitions;
    }

    private static boolean isOfDatabase(TocEntry entry) {
        return (entry.is("COMMENT") || entry.is("ACL")) && text(entry.tag()).startsWith("DATABASE ");
    }

    private static String text(@Nullable String value) {
        return Objects.requireNonNullElse(value, "");
    }
}
