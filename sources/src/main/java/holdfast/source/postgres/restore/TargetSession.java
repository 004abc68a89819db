package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.DatabaseEncoding;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/// One session that writes into the target; opened when it is needed, and again when it broke. Or
/// one whose work is all in a transaction that somebody else has begun and ends: it is never opened
/// again. Used by one thread at a time.
final class TargetSession implements AutoCloseable {
    private static final String NO_CONNECTION = "08003";
    private static final int BUFFER = 256 << 10;
    /// How far the server's own time limit may lag behind ours.
    private static final int LAG = 20;
    private static final Duration PAUSE = Duration.ofMillis(100);

    /// @param settings statements for every new session
    record Manner(TargetEncoding encoding, List<String> settings, Deadline deadline, Consumer<String> log) {}

    private final @Nullable Connections connections;
    private final Manner manner;
    private final byte[] buffer = new byte[BUFFER];
    private @Nullable Connection connection;
    private @Nullable String tablespace;
    private @Nullable String accessMethod;
    private int memory;
    private long limitMillis;

    TargetSession(Connections connections, Manner manner) {
        this.connections = connections;
        this.manner = manner;
    }

    /// @param begun has a transaction open
    TargetSession(Connection begun, Manner manner) throws SQLException {
        this.connections = null;
        this.manner = manner;
        this.limitMillis = Long.MAX_VALUE;
        this.connection = begun;
        for (String setting : manner.settings()) {
            run(begun, setting);
        }
    }

    /// Whether all its work is in one transaction, in which nothing can be done again and nothing
    /// after a failure.
    boolean inOneTransaction() {
        return connections == null;
    }

    private Connection connection() throws SQLException {
        Connection open = connection;
        if (connections == null) {
            if (open == null) {
                throw new SQLException("the transaction has ended", NO_CONNECTION);
            }
            return open;
        }
        if (open == null || open.isClosed()) {
            open = connections.openForRestore("UTF8");
            connection = open;
            tablespace = null;
            accessMethod = null;
            memory = 0;
            limitMillis = Long.MAX_VALUE;
            for (String setting : manner.settings()) {
                run(open, setting);
            }
        }
        return open;
    }

    /// Keeps the server from working on for longer than the whole may last.
    private Connection inTime() throws SQLException {
        Connection open = connection();
        long left = Math.max(1, manner.deadline().left().toMillis());
        if (left < limitMillis - manner.deadline().whole().toMillis() / LAG) {
            run(open, "SET statement_timeout = " + Math.min(left, Integer.MAX_VALUE));
            limitMillis = left;
        }
        return open;
    }

    private void run(Connection open, String sql) throws SQLException {
        try (Statement statement = open.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
            for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
                manner.log().accept("server: " + warning.getMessage());
            }
        }
    }

    void execute(String sql) throws SQLException {
        run(inTime(), sql);
    }

    /// Lets the server use memory for what is made next.
    ///
    /// @param mebibytes 0 leaves everything as it is
    void useMemory(int mebibytes) throws SQLException {
        Connection open = inTime();
        if (mebibytes > 0 && mebibytes != memory) {
            run(open, "SET maintenance_work_mem = '" + mebibytes + "MB'");
            memory = mebibytes;
        }
    }

    /// Makes what an entry describes.
    void make(TocEntry entry, EntrySql sql) throws SQLException {
        Connection open = inTime();
        String wantedTablespace = sql.tablespace(entry);
        if (wantedTablespace != null && !wantedTablespace.equals(tablespace)) {
            String value = wantedTablespace.isEmpty() ? "''" : Identifiers.quote(wantedTablespace);
            run(open, "SET default_tablespace = " + value);
            tablespace = wantedTablespace;
        }
        String wantedMethod = sql.accessMethod(entry);
        if (wantedMethod != null && !wantedMethod.isEmpty() && !wantedMethod.equals(accessMethod)) {
            run(open, "SET default_table_access_method = " + Identifiers.quote(wantedMethod));
            accessMethod = wantedMethod;
        }
        for (String statement : sql.statements(entry, open.getMetaData().getDatabaseMajorVersion())) {
            run(open, manner.encoding().statement(statement));
        }
    }

    /// What the server shall take rows for.
    DatabaseEncoding rows() {
        return manner.encoding().taken();
    }

    /// Of the server, as in 17.
    int version() throws SQLException {
        return inTime().getMetaData().getDatabaseMajorVersion();
    }

    /// The first column of the first row.
    String ask(String query) throws SQLException {
        try (Statement statement = inTime().createStatement();
                ResultSet result = statement.executeQuery(query)) {
            return result.next() ? Objects.requireNonNullElse(result.getString(1), "") : "";
        }
    }

    /// Feeds rows, in a transaction of their own. When the connection breaks while it ends, the
    /// server is asked over another one what has become of it.
    ///
    /// @param before and `after` statements in the same transaction
    /// @return how many the server took
    /// @throws SQLException and the server has taken none; of class 08 when another try may do
    /// @throws IOException when the rows cannot be read, and the server has taken none; or when
    ///     nobody knows
    long copy(List<String> before, String statement, RowInput rows, List<String> after)
            throws SQLException, IOException {
        execute("BEGIN");
        boolean done = false;
        try {
            String transaction = ask("SELECT pg_catalog.txid_current()");
            for (String one : before) {
                execute(one);
            }
            long taken = copyWithin(statement, rows);
            for (String one : after) {
                execute(one);
            }
            commit(transaction);
            done = true;
            return taken;
        } finally {
            if (!done) {
                drop();
            }
        }
    }

    private void commit(String transaction) throws SQLException, IOException {
        try {
            execute("COMMIT");
        } catch (SQLException e) {
            if (!Connections.isLost(e)) {
                throw e;
            }
            drop();
            if (!isCommitted(transaction)) {
                throw e;
            }
        }
    }

    private boolean isCommitted(String transaction) throws IOException {
        try {
            while (true) {
                String status = ask("SELECT pg_catalog.txid_status(" + transaction + ")");
                if (!status.equals("in progress")) {
                    return status.equals("committed");
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        } catch (SQLException | HoldfastException.PreCheckFailed e) {
            throw new IOException("the connection broke while the server committed some rows", e);
        }
    }

    /// Feeds rows in the transaction that is open.
    long copyWithin(String statement, RowInput rows) throws SQLException, IOException {
        return fed(statement, rows).endCopy();
    }

    private CopyIn fed(String statement, RowInput rows) throws SQLException, IOException {
        CopyIn copy = inTime().unwrap(PGConnection.class).getCopyAPI().copyIn(statement);
        boolean done = false;
        try {
            for (int length = rows.read(buffer); length >= 0; length = rows.read(buffer)) {
                copy.writeToCopy(buffer, 0, length);
            }
            done = true;
            return copy;
        } finally {
            if (!done && copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    /// Large objects as the driver writes them. In a transaction of their own.
    Connection raw() throws SQLException {
        return inTime();
    }

    /// Ends the session, whatever state it is in.
    void drop() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.abort(Runnable::run);
            } catch (SQLException _) {
                // it is gone either way
            }
        }
    }

    @Override
    public void close() {
        if (!inOneTransaction()) {
            drop();
        }
    }
}
