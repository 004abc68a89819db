package holdfast.source.postgres;

import java.sql.SQLException;
import java.util.List;

/// Asks one session of a database.
@FunctionalInterface
interface Question {
    /// @return all rows as texts, NULL as an empty one
    List<List<String>> rows(String query) throws SQLException;

    /// The first column of the only row.
    default String ask(String query) throws SQLException {
        List<List<String>> rows = rows(query);
        if (rows.isEmpty()) {
            throw new SQLException("no answer to " + query);
        }
        return rows.getFirst().getFirst();
    }
}
