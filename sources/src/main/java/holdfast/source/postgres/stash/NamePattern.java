package holdfast.source.postgres.stash;

import holdfast.model.HoldfastException;

/// A pattern of names as `psql` and `pg_dump` have it: `*` and `?`, double quotes for what is
/// meant literally, a dot between schema and name, upper case folded to lower case outside of
/// quotes. See `patternToSQLRegex` in PostgreSQL's `src/fe_utils/string_utils.c`. Immutable.
///
/// @param text as it was given
/// @param schema regular expression of PostgreSQL for the whole schema's name; empty when the
/// pattern has no schema
/// @param name regular expression for the whole name
record NamePattern(String text, String schema, String name) {
    private static final String SPECIAL = "|*+?()[]{}.^$\\";

    /// For a table, perhaps with its schema.
    ///
    /// @throws HoldfastException.BadUsage when it has more than two parts or ends within quotes
    static NamePattern ofTable(String text) {
        StringBuilder part = new StringBuilder();
        String schema = "";
        int dots = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                if (quoted && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    part.append('"');
                    i++;
                } else {
                    quoted = !quoted;
                }
            } else if (!quoted && c == '.') {
                schema = whole(part);
                part.setLength(0);
                dots++;
            } else {
                append(part, c, quoted);
            }
        }
        if (quoted || dots > 1 || text.isBlank()) {
            throw new HoldfastException.BadUsage(
                    "no pattern for tables: " + text, "write it as for psql's \\d: orders, app.order*, \"Odd Name\"");
        }
        return new NamePattern(text, schema, whole(part));
    }

    /// For a schema.
    static NamePattern ofSchema(String text) {
        NamePattern one = ofTable(text);
        if (!one.schema.isEmpty()) {
            throw new HoldfastException.BadUsage(
                    "no pattern for schemas: " + text, "put quotes around a name with a dot in it");
        }
        return new NamePattern(text, one.name, "");
    }

    private static void append(StringBuilder part, char c, boolean quoted) {
        if (quoted) {
            part.append(SPECIAL.indexOf(c) < 0 ? "" : "\\").append(c);
            return;
        }
        switch (c) {
            case '*' -> part.append(".*");
            case '?' -> part.append('.');
            case '$' -> part.append("\\$");
            // folded as the server does it in any encoding: ASCII only
            default -> part.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
        }
    }

    private static String whole(StringBuilder part) {
        return "^(" + part + ")$";
    }

    boolean hasSchema() {
        return !schema.isEmpty();
    }
}
