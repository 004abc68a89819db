package holdfast.source.postgres.stash;

import holdfast.source.postgres.rows.Identifiers;
import java.util.List;

/// A foreign key; that of a partitioned table stands for those of its partitions.
///
/// @param definition as `pg_get_constraintdef` writes it
/// @param comment empty if none
/// @param validated whether all rows are known to fulfil it
/// @param altered whether somebody has switched its triggers off
/// @param plain whether its columns are compared one by one, and it is enforced
record ForeignKey(
        String oid,
        String name,
        Side from,
        Side to,
        List<Pair> pairs,
        String definition,
        String comment,
        boolean validated,
        boolean altered,
        boolean plain) {
    /// @param partitioned whether its rows lie in partitions
    record Side(String oid, TableName table, boolean partitioned) {
        String only() {
            return partitioned ? table.sql() : "ONLY " + table.sql();
        }
    }

    /// @param operator with its schema: `to OPERATOR(…) from`
    /// @param collate for the referring column when the collations differ; else empty
    record Pair(String from, String to, String operator, String collate) {}

    ForeignKey {
        pairs = List.copyOf(pairs);
    }

    /// Counts rows that refer to nothing.
    ///
    /// @param from,to what gives the rows of the two sides, for `FROM`
    String violations(String from, String to) {
        StringBuilder query = new StringBuilder("SELECT count(*) FROM " + from + " f WHERE ");
        StringBuilder match = new StringBuilder();
        for (Pair pair : pairs) {
            String referring = "f." + Identifiers.quote(pair.from());
            query.append(referring).append(" IS NOT NULL AND ");
            match.append(match.isEmpty() ? "" : " AND ")
                    .append("t.")
                    .append(Identifiers.quote(pair.to()))
                    .append(' ')
                    .append(pair.operator())
                    .append(' ')
                    .append(referring)
                    .append(pair.collate());
        }
        return query.append("NOT EXISTS (SELECT FROM ")
                .append(to)
                .append(" t WHERE ")
                .append(match)
                .append(")")
                .toString();
    }

    String drop() {
        return "ALTER TABLE " + from.table().sql() + " DROP CONSTRAINT " + Identifiers.quote(name);
    }

    /// Makes it again; every row is checked.
    List<String> add() {
        String begin = "ALTER TABLE " + from.table().sql() + " ADD CONSTRAINT " + Identifiers.quote(name) + " ";
        if (comment.isEmpty()) {
            return List.of(begin + definition);
        }
        return List.of(
                begin + definition,
                "COMMENT ON CONSTRAINT " + Identifiers.quote(name) + " ON "
                        + from.table().sql() + " IS " + Identifiers.literal(comment));
    }
}
