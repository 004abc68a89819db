package holdfast.source.postgres.mask;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A table with its schema, both as the catalog has them: not quoted, case as it is. Immutable.
public record TableName(String schema, String table) {
    /// `schema.table`, where a name that holds a dot or a quote is quoted as in SQL.
    @Override
    public String toString() {
        return quoted(schema) + "." + quoted(table);
    }

    static String quoted(String name) {
        boolean plain = !name.isEmpty() && name.indexOf('.') < 0 && name.indexOf('"') < 0;
        return plain ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    /// What [#toString] writes; `public` when there is only one name. Nothing for anything else.
    static Optional<TableName> parse(String text) {
        return parts(text).flatMap(parts -> switch (parts.size()) {
            case 1 -> Optional.of(new TableName("public", parts.getFirst()));
            case 2 -> Optional.of(new TableName(parts.getFirst(), parts.getLast()));
            default -> Optional.empty();
        });
    }

    /// Names divided by dots.
    static Optional<List<String>> parts(String text) {
        List<String> parts = new ArrayList<>();
        StringBuilder name = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char one = text.charAt(i);
            if (one == '"' && quoted && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                name.append('"');
                i++;
            } else if (one == '"') {
                quoted = !quoted;
            } else if (one == '.' && !quoted) {
                parts.add(name.toString());
                name.setLength(0);
            } else {
                name.append(one);
            }
        }
        parts.add(name.toString());
        return quoted || parts.contains("") ? Optional.empty() : Optional.of(parts);
    }
}
