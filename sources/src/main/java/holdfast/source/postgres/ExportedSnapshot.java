package holdfast.source.postgres;

import holdfast.source.postgres.connection.Connections;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// A transaction that fixes what everybody else reads; the snapshot is there for others as long as it is open. Used by
/// one thread.
final class ExportedSnapshot implements AutoCloseable {
    private final Connection connection;
    private final String name;

    private ExportedSnapshot(Connection connection, String name) {
        this.connection = connection;
        this.name = name;
    }

    static ExportedSnapshot take(Connections connections) throws IOException, SQLException {
        Connection connection = connections.open();
        boolean done = false;
        try {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            }
            ExportedSnapshot snapshot =
                    new ExportedSnapshot(connection, only(connection, "SELECT pg_catalog.pg_export_snapshot()"));
            done = true;
            return snapshot;
        } finally {
            if (!done) {
                connection.abort(Runnable::run);
            }
        }
    }

    String name() {
        return name;
    }

    /// The first column of the only row.
    String ask(String query) throws SQLException {
        return only(connection, query);
    }

    /// All rows as texts.
    List<List<String>> rows(String query) throws SQLException {
        List<List<String>> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(1000);
            try (ResultSet result = statement.executeQuery(query)) {
                int columns = result.getMetaData().getColumnCount();
                while (result.next()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 1; i <= columns; i++) {
                        String value = result.getString(i);
                        row.add(value == null ? "" : value);
                    }
                    rows.add(row);
                }
            }
        }
        return rows;
    }

    private static String only(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            if (!result.next()) {
                throw new SQLException("no answer to " + query);
            }
            String value = result.getString(1);
            return value == null ? "" : value;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
