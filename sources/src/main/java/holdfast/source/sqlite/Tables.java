package holdfast.source.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// The tables of a database.
///
/// @param stored tables with rows of their own, sorted by name: ordinary ones, the shadow tables of virtual
///     ones, SQLite's `sqlite_sequence` and `sqlite_stat…`, and `sqlite_schema`
/// @param virtual names of the virtual tables, whose rows are computed by a module from elsewhere
record Tables(List<String> stored, List<String> virtual) {
    static final String SCHEMA = "sqlite_schema";

    Tables {
        stored = List.copyOf(stored);
        virtual = List.copyOf(virtual);
    }

    static Tables of(Connection connection) throws SQLException {
        List<String> stored = new ArrayList<>();
        List<String> virtual = new ArrayList<>();
        String sql = "SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type <> 'view' ORDER BY name";
        try (Statement statement = connection.createStatement();
                ResultSet each = statement.executeQuery(sql)) {
            while (each.next()) {
                (each.getString(2).equals("virtual") ? virtual : stored).add(each.getString(1));
            }
        }
        return new Tables(stored, virtual);
    }

    /// A query for all rows of a table in the order of its b-tree.
    ///
    /// Columns that are computed when read are left out, since they follow from the others and may need
    /// functions that only the application has. Of the schema all but the root pages is taken: where a table
    /// lies is not content. A rowid counts where it is a column (INTEGER PRIMARY KEY), else not: nobody can
    /// rely on it, as VACUUM changes it.
    static String query(Connection connection, String table) throws SQLException {
        if (table.equals(SCHEMA)) {
            return "SELECT type, name, tbl_name, sql FROM main." + SCHEMA;
        }
        List<String> columns = new ArrayList<>();
        String sql = "SELECT name FROM pragma_table_xinfo(?, 'main') WHERE hidden IN (0, 3) ORDER BY cid";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, table);
            try (ResultSet each = statement.executeQuery()) {
                while (each.next()) {
                    columns.add(quoted(each.getString(1)));
                }
            }
        }
        // NOT INDEXED: an index that holds all columns would be read instead of the table.
        return "SELECT " + String.join(", ", columns) + " FROM main." + quoted(table) + " NOT INDEXED";
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /// Orderings that the indexes of a table use and that the application would define.
    static List<String> unknownCollations(Connection connection, String table) throws SQLException {
        List<String> names = new ArrayList<>();
        String sql = "SELECT DISTINCT x.coll FROM pragma_index_list(?, 'main') l, pragma_index_xinfo(l.name, 'main') x"
                + " WHERE x.coll IS NOT NULL AND x.coll COLLATE NOCASE NOT IN ('BINARY', 'NOCASE', 'RTRIM')";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, table);
            try (ResultSet each = statement.executeQuery()) {
                while (each.next()) {
                    names.add(each.getString(1));
                }
            }
        }
        return names;
    }
}
