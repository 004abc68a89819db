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
import java.util.Set;

/// The databases of a server that hold somebody's data, and that we may read: all but templates and
/// those of the provider. Immutable.
///
/// @param targets one for each, sorted by name
/// @param leftOut why others are not among them, a sentence for each
public record ServerDatabases(List<ConnectionTarget> targets, List<String> leftOut) {
    private static final String NO_SUCH_DATABASE = "3D000";
    private static final String MAINTENANCE = "postgres";

    private static final String LIST = """
            SELECT datname, datallowconn, datconnlimit, datistemplate,
                   pg_catalog.has_database_privilege(oid, 'CONNECT') AS connect
            FROM pg_catalog.pg_database ORDER BY datname""";

    /// What `initdb` makes, and nobody asks for.
    private static final Set<String> EMPTY_TEMPLATES = Set.of("template0", "template1");

    /// In which providers keep what is theirs: of RDS and Aurora, Cloud SQL and Azure.
    private static final Set<String> OF_PROVIDERS =
            Set.of("rdsadmin", "cloudsqladmin", "azure_maintenance", "azure_sys");

    /// What `datconnlimit` says of a database whose DROP was interrupted.
    private static final int INVALID = -2;

    public ServerDatabases {
        targets = List.copyOf(targets);
        leftOut = List.copyOf(leftOut);
    }

    /// @param target any database of the server; when it is not there, `postgres` is asked
    /// @param excluded names that are not wanted
    /// @throws HoldfastException.PreCheckFailed when the server lets nobody in, nothing is left, or
    ///     one of the names fits nothing
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
        List<String> all = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(LIST)) {
            while (row.next()) {
                String name = row.getString("datname");
                all.add(name);
                if (excluded.stream().anyMatch(pattern -> pattern.matches(name)) || EMPTY_TEMPLATES.contains(name)) {
                    continue;
                }
                String reason = reason(name, row);
                if (reason.isEmpty()) {
                    targets.add(target.withDatabase(name));
                } else {
                    leftOut.add("database " + name + " is left out: " + reason);
                }
            }
        }
        for (NamePattern pattern : excluded) {
            if (all.stream().noneMatch(pattern::matches)) {
                throw NoMatch.refusal("no database of the server fits", "--exclude-database", pattern.text(), all);
            }
        }
        return new ServerDatabases(targets, leftOut);
    }

    /// Why a database is left out; empty when it is not.
    private static String reason(String name, ResultSet row) throws SQLException {
        if (row.getInt("datconnlimit") == INVALID) {
            return "a DROP DATABASE of it was interrupted, and nobody can connect to it";
        }
        if (row.getBoolean("datistemplate")) {
            return "it is a template; name it in a URL of its own to back it up";
        }
        if (!row.getBoolean("datallowconn")) {
            return "it takes no connections";
        }
        if (OF_PROVIDERS.contains(name)) {
            return "it is the provider's own; name it in a URL of its own to back it up";
        }
        return row.getBoolean("connect") ? "" : "this role may not connect to it: GRANT CONNECT ON DATABASE to it";
    }
}
