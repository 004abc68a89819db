package holdfast.source.postgres.rows;

/// Names in SQL.
public final class Identifiers {
    private Identifiers() {}

    public static String quote(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    public static String qualified(String schema, String name) {
        return quote(schema) + "." + quote(name);
    }

    /// A text as SQL's literal, the same with any `standard_conforming_strings`.
    public static String literal(String text) {
        String quoted = "'" + text.replace("'", "''") + "'";
        return text.indexOf('\\') < 0 ? quoted : "E" + quoted.replace("\\", "\\\\");
    }
}
