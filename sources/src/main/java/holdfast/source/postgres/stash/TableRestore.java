package holdfast.source.postgres.stash;

import holdfast.source.postgres.stash.Unit.Column;
import java.util.List;
import java.util.stream.Collectors;

/// How one table gets its old rows.
///
/// @param live the table as it is now
/// @param stashed its copy
/// @param copy the copy as it is now
/// @param columns that both have and that can be written
/// @param casts for each of them the type it has to become, or empty where it has that type
record TableRestore(Unit live, Stash.Table stashed, Unit copy, List<Column> columns, List<String> casts) {
    TableRestore {
        columns = List.copyOf(columns);
        casts = List.copyOf(casts);
    }

    private String names() {
        return columns.stream().map(Column::sql).collect(Collectors.joining(", "));
    }

    /// Columns of the copy as the table's own types have them.
    private String converted() {
        StringBuilder list = new StringBuilder();
        for (int i = 0; i < columns.size(); i++) {
            String name = columns.get(i).sql();
            list.append(i == 0 ? "" : ", ")
                    .append(casts.get(i).isEmpty() ? name : "CAST(" + name + " AS " + casts.get(i) + ") AS " + name);
        }
        return list.toString();
    }

    /// The rows there will be, for `FROM`.
    String future() {
        return "(SELECT " + converted() + " FROM " + copy.only() + ")";
    }

    String selectFromCopy() {
        return "SELECT " + converted() + " FROM " + copy.only();
    }

    String selectFromLive() {
        return "SELECT " + names() + " FROM " + live.only();
    }

    String delete() {
        return "DELETE FROM " + live.only();
    }

    /// Lets the server's assignment casts convert, which refuse what would lose something.
    String insert() {
        if (columns.isEmpty()) {
            return "INSERT INTO " + live.name().sql() + " SELECT FROM " + copy.only();
        }
        return "INSERT INTO " + live.name().sql() + " (" + names() + ") OVERRIDING SYSTEM VALUE SELECT " + names()
                + " FROM " + copy.only();
    }

    /// Whether every column of the copy comes back as it is.
    boolean complete() {
        return columns.size() == copy.columns().size() && casts.stream().allMatch(String::isEmpty);
    }

    boolean has(String column) {
        return columns.stream().anyMatch(one -> one.name().equals(column));
    }
}
