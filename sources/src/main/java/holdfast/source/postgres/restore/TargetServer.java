package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// The server that a restore goes to, seen from another of its databases. Used by one thread.
final class TargetServer implements AutoCloseable {
    private static final List<String> MAINTENANCE = List.of("postgres", "template1");

    /// What the server says of itself, of the role that restores, and of the database.
    ///
    /// @param roles those that the role may make owners of something
    /// @param extensions that could be created
    /// @param owner whether the role owns the database, and so may rename it
    /// @param databases that the server has
    record Facts(
            int major,
            boolean superuser,
            boolean createDb,
            boolean exists,
            boolean owner,
            Set<String> databases,
            Set<String> allRoles,
            Set<String> roles,
            Set<String> tablespaces,
            Set<String> extensions) {}

    /// A session with the database, as its server shows it.
    record Session(String user, String application, String address) {
        @Override
        public String toString() {
            return (application.isEmpty() ? "a program" : application) + " of " + user
                    + (address.isEmpty() ? "" : " from " + address);
        }
    }

    private final ConnectionTarget target;
    private final Connection connection;

    private TargetServer(ConnectionTarget target, Connection connection) {
        this.target = target;
        this.connection = connection;
    }

    /// @throws HoldfastException.PreCheckFailed when neither a database that every server has nor
    ///     the target lets us in
    static TargetServer reach(ConnectionTarget target, Duration connectTimeout) {
        HoldfastException.PreCheckFailed first = null;
        List<String> names = new ArrayList<>(MAINTENANCE);
        names.remove(target.database());
        names.add(target.database());
        for (String database : names) {
            try {
                ConnectionTarget there = target.withDatabase(database);
                return new TargetServer(there, new Connections(there, connectTimeout).openForRestore("UTF8"));
            } catch (HoldfastException.PreCheckFailed e) {
                first = first == null ? e : first;
            }
        }
        throw Objects.requireNonNull(first);
    }

    /// Whether this is a session with another database than the target, which may then be renamed.
    boolean beside(ConnectionTarget other) {
        return !target.database().equals(other.database());
    }

    /// @param database may be missing
    Facts facts(String database) throws IOException {
        try {
            String name = Identifiers.literal(database);
            List<String> one = Rows.of(
                            connection,
                            "SELECT pg_catalog.current_setting('server_version_num')::int / 10000, rolsuper, rolcreatedb"
                                    + " FROM pg_catalog.pg_roles WHERE rolname = current_user")
                    .getFirst();
            List<String> owner = Rows.column(
                    connection,
                    "SELECT pg_catalog.pg_has_role(datdba, 'USAGE') FROM pg_catalog.pg_database WHERE datname = "
                            + name);
            return new Facts(
                    Integer.parseInt(one.get(0)),
                    one.get(1).equals("t"),
                    one.get(2).equals("t"),
                    !owner.isEmpty(),
                    owner.contains("t"),
                    set("SELECT datname FROM pg_catalog.pg_database"),
                    set("SELECT rolname FROM pg_catalog.pg_roles"),
                    set("SELECT rolname FROM pg_catalog.pg_roles WHERE pg_catalog.pg_has_role(oid, 'MEMBER')"),
                    set("SELECT spcname FROM pg_catalog.pg_tablespace"),
                    set("SELECT name FROM pg_catalog.pg_available_extensions"));
        } catch (SQLException e) {
            throw broken(e);
        }
    }

    private Set<String> set(String query) throws SQLException {
        return new HashSet<>(Rows.column(connection, query));
    }

    private IOException broken(SQLException e) {
        return new IOException("cannot ask the server of " + target.display() + ": " + FirstLine.of(e), e);
    }

    /// Whoever else has a database open.
    ///
    /// @param own numbers of server processes that were ours, and may need a moment to end
    List<Session> sessions(String database, Set<String> own) throws IOException {
        try {
            return Rows.of(
                            connection,
                            "SELECT COALESCE(usename, ''), application_name, COALESCE(pg_catalog.host(client_addr), ''), pid"
                                    + " FROM pg_catalog.pg_stat_activity WHERE datname = "
                                    + Identifiers.literal(database) + " AND pid <> pg_catalog.pg_backend_pid()"
                                    + " AND backend_type = 'client backend'")
                    .stream()
                    .filter(row -> !own.contains(row.get(3)))
                    .map(row -> new Session(row.get(0), row.get(1), row.get(2)))
                    .toList();
        } catch (SQLException e) {
            throw broken(e);
        }
    }

    /// Databases that a restore which was killed has left.
    List<String> databases(String comment) throws IOException {
        try {
            return Rows.column(
                    connection,
                    "SELECT datname FROM pg_catalog.pg_database WHERE pg_catalog.shobj_description(oid, 'pg_database')"
                            + " = " + Identifiers.literal(comment));
        } catch (SQLException e) {
            throw broken(e);
        }
    }

    /// In a transaction of its own.
    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }

    List<String> ask(String query) throws SQLException {
        return Rows.column(connection, query);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException _) {
            // nothing is lost with it
        }
    }
}
