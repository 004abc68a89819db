package holdfast.source.postgres.rows;

import holdfast.model.FileNames;

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

    /// A byte that is no letter in any encoding is shown as such.
    private static String part(String text) {
        String name = FileNames.isText(text) ? text : FileNames.display(text);
        return name.indexOf('.') < 0 && name.indexOf('"') < 0 ? name : quote(name);
    }

    /// A text as SQL's literal, the same with any `standard_conforming_strings`.
    public static String literal(String text) {
        String quoted = "'" + text.replace("'", "''") + "'";
        return text.indexOf('\\') < 0 ? quoted : "E" + quoted.replace("\\", "\\\\");
    }
}
