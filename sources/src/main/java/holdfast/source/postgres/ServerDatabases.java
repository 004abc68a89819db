package holdfast.source.postgres;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.NamePattern;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The databases of a server that hold somebody's data: all but templates. Immutable.
///
/// @param targets one for each, sorted by name
/// @param leftOut why others are not among them, a sentence for each
public record ServerDatabases(List<ConnectionTarget> targets, List<String> leftOut) {
    private static final String NO_SUCH_DATABASE = "3D000";
    private static final String MAINTENANCE = "postgres";

    /// What `datconnlimit` says of a database whose DROP was interrupted.
    private static final int INVALID = -2;

    public ServerDatabases {
        targets = List.copyOf(targets);
        leftOut = List.copyOf(leftOut);
    }

    /// @param target any database of the server; when it is not there, `postgres` is asked
    /// @param excluded names that are not wanted; each should fit one
    /// @throws HoldfastException.PreCheckFailed when the server lets nobody in, or nothing is left
    public static ServerDatabases of(ConnectionTarget target, Duration connectTimeout, List<NamePattern> excluded)
            throws IOException {
        try (Connection connection = open(target, connectTimeout)) {
            ServerDatabases databases = list(connection, target, excluded);
            if (databases.targets().isEmpty()) {
                throw new HoldfastException.PreCheckFailed(
                        "the server has no database to back up",
                        "templates are left out, and so is what --exclude-database names");
            }
            return databases;
        } catch (SQLException e) {
            throw new IOException("cannot list the server's databases: " + e.getMessage(), e);
        }
    }

    private static Connection open(ConnectionTarget target, Duration connectTimeout) {
        try {
            return new Connections(target, connectTimeout).open();
        } catch (HoldfastException.PreCheckFailed e) {
            if (e.getCause() instanceof SQLException cause && NO_SUCH_DATABASE.equals(cause.getSQLState())) {
                return new Connections(target.withDatabase(MAINTENANCE), connectTimeout).open();
            }
            throw e;
        }
    }

    private static ServerDatabases list(Connection connection, ConnectionTarget target, List<NamePattern> excluded)
            throws SQLException {
        List<ConnectionTarget> targets = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        List<NamePattern> unused = new ArrayList<>(excluded);
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT datname, datallowconn, datconnlimit"
                        + " FROM pg_catalog.pg_database WHERE NOT datistemplate ORDER BY datname")) {
            while (row.next()) {
                String name = row.getString(1);
                unused.removeIf(pattern -> pattern.matches(name));
                if (excluded.stream().anyMatch(pattern -> pattern.matches(name))) {
                    continue;
                }
                if (row.getInt(3) == INVALID) {
                    leftOut.add("database " + name + " is left out: a DROP DATABASE of it was interrupted, and nobody"
                            + " can connect to it");
                } else if (!row.getBoolean(2)) {
                    leftOut.add("database " + name + " is left out: it takes no connections");
                } else {
                    targets.add(target.withDatabase(name));
                }
            }
        }
        unused.forEach(pattern -> leftOut.add("no database fits --exclude-database " + pattern.text()));
        return new ServerDatabases(targets, leftOut);
    }
}
