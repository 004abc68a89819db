package holdfast.source.postgres.stash;

import holdfast.source.postgres.rows.Identifiers;
import java.util.Comparator;

/// A table by schema and name, as the catalog has them. Immutable.
public record TableName(String schema, String table) implements Comparable<TableName> {
    private static final Comparator<TableName> ORDER =
            Comparator.comparing(TableName::schema).thenComparing(TableName::table);

    /// For SQL.
    String sql() {
        return Identifiers.qualified(schema, table);
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
