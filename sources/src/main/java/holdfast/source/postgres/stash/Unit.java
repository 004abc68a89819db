package holdfast.source.postgres.stash;

import holdfast.source.postgres.rows.Identifiers;
import java.util.List;
import java.util.stream.Collectors;

/// What is copied as one: a table without those that inherit from it, or a partitioned table with
/// all its partitions.
///
/// @param oid of the table
/// @param tree oids of the table and, if it is partitioned, of everything below it
record Unit(String oid, TableName name, boolean partitioned, List<String> tree, List<Column> columns) {
    /// @param type as `format_type` writes it
    /// @param collation oid, `0` if none
    /// @param required may not be NULL, and nothing fills it in
    record Column(String name, String type, String collation, boolean generated, boolean required) {
        String sql() {
            return Identifiers.quote(name);
        }
    }

    Unit {
        tree = List.copyOf(tree);
        columns = List.copyOf(columns);
    }

    /// For `FROM`, `LOCK TABLE` and `DELETE FROM`: without inheriting tables, which are tables of
    /// their own.
    String only() {
        return partitioned ? name.sql() : "ONLY " + name.sql();
    }

    /// All columns, for SQL.
    String columnList() {
        return columns.stream().map(Column::sql).collect(Collectors.joining(", "));
    }
}
