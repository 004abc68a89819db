package holdfast.source.postgres.stash;

import holdfast.model.FingerprintSum;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.RowDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/// One connection, and one transaction after the other on it. Whatever is not committed when it
/// closes, or when this process dies, is rolled back by the server. Used by one thread.
final class StashSession implements AutoCloseable {
    private final Connection connection;

    private StashSession(Connection connection) {
        this.connection = connection;
    }

    static StashSession open(Connections connections) throws SQLException {
        Connection connection = connections.open();
        connection.setAutoCommit(false);
        return new StashSession(connection);
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }

    /// @return how many rows were changed
    long update(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            return statement.executeLargeUpdate(sql);
        }
    }

    /// Whether a statement is accepted; the transaction goes on either way.
    boolean accepts(String sql) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            execute(sql);
            connection.releaseSavepoint(before);
            return true;
        } catch (SQLException e) {
            if (Connections.isLost(e)) {
                throw e;
            }
            connection.rollback(before);
            return false;
        }
    }

    /// All rows as texts; nothing for NULL.
    List<List<String>> rows(String query, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (ResultSet result = statement.executeQuery()) {
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

    /// The first column of the only row.
    String ask(String query, String... parameters) throws SQLException {
        return rows(query, parameters).getFirst().getFirst();
    }

    /// Count and fingerprint of what a query gives, as this transaction sees it.
    FingerprintSum fingerprint(String select) throws SQLException {
        // rows that are compared are not converted, so that a database in any encoding will do
        String statement = Connections.inServerEncoding(connection, "COPY (" + select + ") TO STDOUT");
        CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(statement);
        RowDigest digest = new RowDigest();
        for (byte[] row = copy.readFromCopy(); row != null; row = copy.readFromCopy()) {
            digest.add(row, 0, row.length);
        }
        return digest.sum();
    }

    void commit() throws SQLException {
        connection.commit();
    }

    void rollback() throws SQLException {
        connection.rollback();
    }

    @Override
    public void close() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException _) {
            // it is gone either way, and with it what was not committed
        }
    }
}
