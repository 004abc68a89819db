package holdfast.source.postgres.restore;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Answers to small queries, as texts; nothing for NULL.
final class Rows {
    private Rows() {}

    static List<List<String>> of(Connection connection, String query) throws SQLException {
        List<List<String>> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    row.add(Objects.requireNonNullElse(result.getString(i), ""));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    static List<String> column(Connection connection, String query) throws SQLException {
        return of(connection, query).stream().map(List::getFirst).toList();
    }

    static String one(Connection connection, String query) throws SQLException {
        return of(connection, query).getFirst().getFirst();
    }
}
