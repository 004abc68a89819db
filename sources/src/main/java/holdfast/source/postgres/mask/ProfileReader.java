package holdfast.source.postgres.mask;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the profiles of one file. Used by one thread.
final class ProfileReader {
    private static final List<String> KEYS =
            List.of("secret-env", "secret-file", "locale", "large-objects", "tables", "unmasked");

    private final String file;
    private final Problems problems;
    private final RuleReader rules;

    /// A profile as it stands in the file. The secret is named, not read.
    ///
    /// @param rules table to column to rule
    /// @param tablePlaces where each table stands
    /// @param unmasked columns, or whole tables with an empty column name
    record Parsed(
            String place,
            String secretEnv,
            String secretFile,
            String locale,
            MaskProfile.LargeObjects largeObjects,
            Map<TableName, Map<String, ColumnRule>> rules,
            Map<TableName, String> tablePlaces,
            Map<UnmaskedColumn, String> unmasked) {}

    /// @param column empty for all columns of the table
    record UnmaskedColumn(TableName table, String column) {}

    ProfileReader(String file, Problems problems) {
        this.file = file;
        this.problems = problems;
        rules = new RuleReader(file, problems);
    }

    Map<String, Parsed> read(YamlNode root) {
        Map<String, Parsed> profiles = new LinkedHashMap<>();
        Map<String, YamlNode.Entry> top = keys(root, "the file", List.of("masks"));
        YamlNode.Entry masks = top.get("masks");
        if (masks == null) {
            problems.error(file + ":1", "there are no masks here", "the file begins with masks:");
            return profiles;
        }
        entries(masks.value(), "masks").forEach((name, entry) -> profiles.put(name, profile(entry)));
        return profiles;
    }

    private Parsed profile(YamlNode.Entry entry) {
        Map<String, YamlNode.Entry> keys = keys(entry.value(), "a profile", KEYS);
        Map<TableName, Map<String, ColumnRule>> tables = new LinkedHashMap<>();
        Map<TableName, String> places = new LinkedHashMap<>();
        YamlNode.Entry all = keys.get("tables");
        if (all != null) {
            entries(all.value(), "tables").forEach((name, table) -> table(name, table, tables, places));
        } else {
            problems.error(place(entry.line()), "the profile has no tables", "");
        }
        return new Parsed(
                place(entry.line()),
                text(keys.get("secret-env")),
                text(keys.get("secret-file")),
                text(keys.get("locale")),
                largeObjects(keys.get("large-objects")),
                tables,
                places,
                unmasked(keys.get("unmasked")));
    }

    private MaskProfile.LargeObjects largeObjects(YamlNode.@Nullable Entry entry) {
        String wish = text(entry);
        return switch (wish) {
            case "keep" -> MaskProfile.LargeObjects.KEEP;
            case "empty" -> MaskProfile.LargeObjects.EMPTY;
            default -> {
                if (entry != null && !wish.isEmpty()) {
                    problems.error(
                            place(entry.line()), "'" + wish + "' is nothing to do with large objects", "keep or empty");
                }
                yield MaskProfile.LargeObjects.REFUSE;
            }
        };
    }

    private void table(
            String name,
            YamlNode.Entry entry,
            Map<TableName, Map<String, ColumnRule>> tables,
            Map<TableName, String> places) {
        Optional<TableName> table = TableName.parse(name);
        if (table.isEmpty()) {
            problems.error(place(entry.line()), "'" + name + "' is no name of a table", "write schema.table");
            return;
        }
        if (places.putIfAbsent(table.get(), place(entry.line())) != null) {
            problems.error(place(entry.line()), table.get() + " stands here again", "keep one of them");
        }
        Map<String, ColumnRule> columns = new LinkedHashMap<>();
        entries(entry.value(), name)
                .forEach((column, rule) -> rules.read(rule.value()).ifPresent(one -> columns.put(column, one)));
        tables.put(table.get(), columns);
    }

    private Map<UnmaskedColumn, String> unmasked(YamlNode.@Nullable Entry entry) {
        Map<UnmaskedColumn, String> unmasked = new LinkedHashMap<>();
        if (entry == null) {
            return unmasked;
        }
        if (!(entry.value() instanceof YamlNode.Sequence list)) {
            problems.error(place(entry.line()), "unmasked must be a list", "write - schema.table.column");
            return unmasked;
        }
        for (YamlNode item : list.items()) {
            List<String> parts = item instanceof YamlNode.Scalar scalar
                    ? TableName.parts(scalar.text()).orElse(List.of())
                    : List.of();
            if (parts.size() < 2 || parts.size() > 3) {
                problems.error(place(item.line()), "no table or column is named here", "write schema.table.column");
            } else {
                TableName table = new TableName(parts.getFirst(), parts.get(1));
                unmasked.put(new UnmaskedColumn(table, parts.size() == 3 ? parts.getLast() : ""), place(item.line()));
            }
        }
        return unmasked;
    }

    private Map<String, YamlNode.Entry> keys(YamlNode node, String what, Collection<String> known) {
        Map<String, YamlNode.Entry> entries = entries(node, what);
        Set<String> unknown = new LinkedHashSet<>(entries.keySet());
        unknown.removeAll(known);
        for (String key : unknown) {
            String hint = Nearest.hint(key, known, "known here: " + String.join(", ", known));
            YamlNode.Entry entry = entries.get(key);
            int line = entry == null ? node.line() : entry.line();
            problems.error(place(line), "unknown key '" + key + "'", hint);
        }
        return entries;
    }

    private Map<String, YamlNode.Entry> entries(YamlNode node, String what) {
        if (node instanceof YamlNode.Mapping mapping) {
            return mapping.entries();
        }
        if (!(node instanceof YamlNode.Scalar scalar && scalar.text().isEmpty())) {
            problems.error(place(node.line()), what + " must have keys with values, not " + node.kind(), "");
        }
        return Map.of();
    }

    private String text(YamlNode.@Nullable Entry entry) {
        if (entry == null) {
            return "";
        }
        if (entry.value() instanceof YamlNode.Scalar scalar && !scalar.text().isEmpty()) {
            return scalar.text();
        }
        problems.error(place(entry.line()), "one value is expected here", "");
        return "";
    }

    private String place(int line) {
        return file + ":" + line;
    }
}
