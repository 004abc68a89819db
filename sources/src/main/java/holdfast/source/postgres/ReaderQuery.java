package holdfast.source.postgres;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.Connections;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// Questions that a backup can do without an answer to, asked in its snapshot: that the server
/// refuses one, or is gone, costs a connection at most, never the snapshot.
final class ReaderQuery {
    private ReaderQuery() {}

    /// @return all rows as texts, NULL as an empty one
    /// @throws SQLException when there is no answer
    static List<List<String>> ask(Readers readers, String query) throws IOException, SQLException {
        Readers.Reader reader;
        try {
            reader = readers.take();
        } catch (HoldfastException.PreCheckFailed e) { // nobody there to connect to
            throw new SQLException(e.getMessage(), e);
        }
        boolean usable = false;
        try {
            List<List<String>> rows = rows(reader.patient(), query);
            usable = true;
            return rows;
        } catch (SQLException e) {
            usable = !Connections.isLost(e);
            throw e;
        } finally {
            if (usable) {
                reader.giveBack();
            } else {
                reader.discard();
            }
        }
    }

    static List<List<String>> rows(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            int columns = result.getMetaData().getColumnCount();
            List<List<String>> rows = new ArrayList<>();
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    String value = result.getString(i);
                    row.add(value == null ? "" : value);
                }
                rows.add(row);
            }
            return rows;
        }
    }
}
