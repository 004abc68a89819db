package holdfast.source.postgres.stash;

import java.util.Comparator;

/// A table by schema and name, as the catalog has them. Immutable.
public record TableName(String schema, String table) implements Comparable<TableName> {
    private static final Comparator<TableName> ORDER =
            Comparator.comparing(TableName::schema).thenComparing(TableName::table);

    /// For SQL.
    String sql() {
        return identifier(schema) + "." + identifier(table);
    }

    /// A name for SQL; always quoted.
    static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /// A text for SQL, whatever `standard_conforming_strings` says.
    static String literal(String text) {
        return (text.indexOf('\\') < 0 ? "'" : "E'")
                + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }

    @Override
    public int compareTo(TableName other) {
        return ORDER.compare(this, other);
    }

    /// For people: `public.orders`.
    @Override
    public String toString() {
        return schema + "." + table;
    }
}
