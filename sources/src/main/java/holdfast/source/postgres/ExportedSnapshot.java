package holdfast.source.postgres;

import holdfast.source.postgres.connection.Connections;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// A transaction that fixes what everybody else reads, and keeps others from dropping, emptying or
/// rewriting the tables meanwhile: of such a table not even an older snapshot sees its rows any
/// more. Snapshot and locks are there as long as it is open. Used by one thread, but for those to
/// whom it is lent.
final class ExportedSnapshot implements AutoCloseable {
    private static final int LOCKED_AT_ONCE = 1000;

    private final Connections connections;
    private final Connection connection;
    private final String name;
    private final Semaphore free = new Semaphore(1);

    private ExportedSnapshot(Connections connections, Connection connection, String name) {
        this.connections = connections;
        this.connection = connection;
        this.name = name;
    }

    /// @throws holdfast.model.HoldfastException.PreCheckFailed when no server lets us in, or a pooler
    ///     would lend its session to others
    static ExportedSnapshot take(Connections connections) throws IOException, SQLException {
        Connection connection = connections.open();
        boolean done = false;
        try {
            Pooler.refuse(connections, connection);
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            }
            ExportedSnapshot snapshot = new ExportedSnapshot(
                    connections, connection, only(connection, "SELECT pg_catalog.pg_export_snapshot()"));
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

    /// By which the same server is reached.
    Connections connections() {
        return connections;
    }

    /// Locks tables as everybody does who reads them (ACCESS SHARE).
    ///
    /// @param oids of tables, not of foreign ones
    /// @throws SQLException of state 55P03 when somebody waits to change one of them; it is named
    void lock(List<String> oids) throws SQLException {
        for (int from = 0; from < oids.size(); from += LOCKED_AT_ONCE) {
            List<String> some = oids.subList(from, Math.min(oids.size(), from + LOCKED_AT_ONCE));
            String names = rows("SELECT pg_catalog.format('ONLY %I.%I', n.nspname, c.relname)"
                            + " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                            + " WHERE c.oid IN (" + String.join(",", some) + ")")
                    .stream()
                    .map(List::getFirst)
                    .collect(Collectors.joining(", "));
            try (Statement statement = connection.createStatement()) {
                statement.execute("LOCK TABLE " + names + " IN ACCESS SHARE MODE NOWAIT");
            }
        }
    }

    /// Lends the connection to one who cannot read a table over another, because somebody waits to
    /// change it, who in turn waits for this one to end. Whoever borrows it gives it back
    /// ([#takeBack]) with no statement running.
    Connection lend() {
        free.acquireUninterruptibly();
        return connection;
    }

    void takeBack() {
        free.release();
    }

    /// For one who borrowed it and cannot end what it began: it is gone then, and with it the
    /// snapshot.
    void abandon() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException _) {
            // it is gone either way
        }
    }

    /// As [#close], for one who has something else to tell.
    void end() {
        try {
            close();
        } catch (SQLException _) {
            // it is gone either way
        }
    }

    /// Whether it was there, with snapshot and locks, all the time until now.
    boolean held() {
        return !isOver(_ -> true);
    }

    /// Whether its session has ended. A question that the server refused is over with its
    /// transaction, and so with the snapshot, but the session is there.
    boolean lost() {
        return isOver(Connections::isLost);
    }

    private boolean isOver(Predicate<SQLException> end) {
        free.acquireUninterruptibly();
        try {
            ask("SELECT 1");
            return false;
        } catch (SQLException e) {
            return end.test(e);
        } finally {
            free.release();
        }
    }

    /// As [#rows], for an answer that can be done without: none when the server refuses the question,
    /// which costs nothing else.
    ///
    /// @throws SQLException when the session is lost
    List<List<String>> optional(String query) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            List<List<String>> rows = rows(query);
            connection.releaseSavepoint(before);
            return rows;
        } catch (SQLException e) {
            if (Connections.isLost(e)) {
                throw e;
            }
            connection.rollback(before);
            return List.of();
        }
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
