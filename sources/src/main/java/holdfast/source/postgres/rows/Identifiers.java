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

    /// Schema and name for people, and as a key: with quotes only where a dot would mislead.
    public static String display(String schema, String name) {
        return part(schema) + "." + part(name);
    }

    private static String part(String name) {
        return name.indexOf('.') < 0 && name.indexOf('"') < 0 ? name : quote(name);
    }

    /// A text as SQL's literal, the same with any `standard_conforming_strings`.
    public static String literal(String text) {
        String quoted = "'" + text.replace("'", "''") + "'";
        return text.indexOf('\\') < 0 ? quoted : "E" + quoted.replace("\\", "\\\\");
    }
}
