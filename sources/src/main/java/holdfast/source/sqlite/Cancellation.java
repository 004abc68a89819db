package holdfast.source.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.DB;

/// Ends long statements of several connections from outside. Safe for use by many threads.
final class Cancellation {
    private final Set<DB> running = ConcurrentHashMap.newKeySet();
    private volatile boolean cancelled;

    /// A connection whose statements can be ended until this is closed; close it before the connection.
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    Watch watch(Connection connection) {
        DB driver = ((SQLiteConnection) connection).getDatabase();
        running.add(driver);
        return () -> {
            synchronized (running) {
                running.remove(driver);
            }
        };
    }

    /// @throws SQLException when cancelled
    void check() throws SQLException {
        if (cancelled) {
            throw new SQLException("cancelled");
        }
    }

    void cancel() {
        cancelled = true;
        synchronized (running) {
            for (DB driver : running) {
                try {
                    driver.interrupt();
                } catch (SQLException _) {
                    // It had no statement running.
                }
            }
        }
    }
}
