package holdfast.source.postgres.mask;

import java.util.List;
import java.util.Optional;

/// What masking must know of a table; [SchemaFacts] reads it from a database. Immutable.
///
/// @param columns in the order of the table, generated ones included, dropped ones not
/// @param uniques primary key, unique constraints and unique indexes
/// @param ancestors the tables it is a partition of or inherits from, however far; their rules
///     count for it too
public record TableColumns(
        TableName name,
        List<Column> columns,
        List<Unique> uniques,
        List<ForeignKey> foreignKeys,
        List<TableName> ancestors) {
    public TableColumns {
        columns = List.copyOf(columns);
        uniques = List.copyOf(uniques);
        foreignKeys = List.copyOf(foreignKeys);
        ancestors = List.copyOf(ancestors);
    }

    /// @param type as `format_type` writes it, a domain resolved to what it is made of
    /// @param generated computed by the server, so that COPY does not carry it
    /// @param partitionKey whether its value decides in which partition a row lies
    public record Column(String name, String type, boolean notNull, boolean generated, boolean partitionKey) {}

    /// @param columns those that must not be the same in two rows, or that its expressions use
    /// @param expression whether it holds an expression, such as `lower(email)`
    public record Unique(String name, List<String> columns, boolean expression) {
        public Unique {
            columns = List.copyOf(columns);
        }
    }

    /// @param referencedColumns as many as `columns`, in the same order
    public record ForeignKey(String name, List<String> columns, TableName referenced, List<String> referencedColumns) {
        public ForeignKey {
            columns = List.copyOf(columns);
            referencedColumns = List.copyOf(referencedColumns);
            if (columns.size() != referencedColumns.size()) {
                throw new IllegalArgumentException("a foreign key of unequal sides: " + name);
            }
        }
    }

    /// The columns that `pg_dump` has COPY carry, in its order.
    public List<String> copied() {
        return columns.stream()
                .filter(column -> !column.generated())
                .map(Column::name)
                .toList();
    }

    Optional<Column> column(String wanted) {
        return columns.stream().filter(column -> column.name().equals(wanted)).findFirst();
    }
}
