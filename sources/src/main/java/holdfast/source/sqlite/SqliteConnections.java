package holdfast.source.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Opens databases by SQLite's URI names (sqlite.org/uri.html), so that any character may be in a path.
final class SqliteConnections {
    private SqliteConnections() {}

    /// For taking part in the locking of a database in use: writable where permitted, since a reader of a
    /// write-ahead log must write its marks and a hot journal must be rolled back; else read-only. Never
    /// creates a database.
    static Connection inUse(Path database, Duration busyTimeout) throws SQLException {
        return open(database, "mode=rw", busyTimeout);
    }

    /// For a file that nobody changes: takes no locks, leaves nothing beside it, and sees no log or journal.
    static Connection unchanging(Path database) throws SQLException {
        return open(database, "immutable=1", Duration.ZERO);
    }

    private static Connection open(Path database, String parameters, Duration busyTimeout) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(Math.toIntExact(busyTimeout.toMillis()));
        return config.createConnection(
                "jdbc:sqlite:" + database.toAbsolutePath().toUri() + "?" + parameters);
    }

    static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// The first column of the first row.
    static String ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            return answer.next() ? String.valueOf(answer.getString(1)) : "";
        }
    }

    /// SQLite's primary result code (sqlite.org/rescode.html), 0 when the driver itself failed.
    static int code(SQLException failure) {
        return failure instanceof SQLiteException known ? known.getResultCode().code & 0xff : 0;
    }

    /// Whether somebody else's lock was the reason.
    static boolean isBusy(SQLException failure) {
        int code = code(failure);
        return code == SQLiteErrorCode.SQLITE_BUSY.code
                || code == SQLiteErrorCode.SQLITE_LOCKED.code
                || code == SQLiteErrorCode.SQLITE_PROTOCOL.code;
    }

    /// Whether the content of the file was the reason.
    static boolean isDamage(SQLException failure) {
        int code = code(failure);
        // a schema format that cannot be comes as an ordinary error
        boolean format =
                code == SQLiteErrorCode.SQLITE_ERROR.code && reason(failure).equals("unsupported file format");
        return format || code == SQLiteErrorCode.SQLITE_CORRUPT.code || code == SQLiteErrorCode.SQLITE_NOTADB.code;
    }

    /// What SQLite said, without the driver's repetitions: `[SQLITE_CORRUPT] … (database disk image is
    /// malformed)` becomes what stands in the last parentheses.
    static String reason(SQLException failure) {
        String message = String.valueOf(failure.getMessage());
        int open = message.lastIndexOf(" (");
        return open > 0 && message.endsWith(")") ? message.substring(open + 2, message.length() - 1) : message;
    }
}
