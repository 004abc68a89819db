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
    /// The server itself ends its own, such as autovacuum; parallel workers go with whom they work
    /// for. The kind of a session is hidden from roles that may not look at it.
    private static final String OF_A_USER = "usename IS NOT NULL AND backend_type IS DISTINCT FROM 'parallel worker'";

    /// A role whose only member is the owner of whichever database is meant.
    private static final String DATABASE_OWNER = "pg_database_owner";

    private static final String NOT_ALLOWED = "42501";
    private static final int ANSWER_SECONDS = 20;
    private static final List<String> MAINTENANCE = List.of("postgres", "template1");

    /// What the server says of itself, of the role that restores, and of the database.
    ///
    /// @param roles those that the role may make owners of something
    /// @param extensions that could be created
    /// @param oid number of the database; empty when there is none
    /// @param owner whether the role owns the database, and so may rename it
    /// @param databases that the server has
    record Facts(
            int major,
            boolean superuser,
            boolean createDb,
            String oid,
            boolean owner,
            Set<String> databases,
            Set<String> allRoles,
            Set<String> roles,
            Set<String> tablespaces,
            Set<String> extensions) {
        boolean exists() {
            return !oid.isEmpty();
        }

        /// Whether the role may give databases other names, those that it owns.
        boolean mayCreate() {
            return superuser || createDb;
        }
    }

    /// A session with the database, as its server shows it.
    record Session(String user, String application, String address) {
        @Override
        public String toString() {
            return (application.isEmpty() ? "a program" : application) + " of " + user
                    + (address.isEmpty() ? "" : " from " + address);
        }
    }

    private final ConnectionTarget target;
    private final Duration connectTimeout;
    private Connection connection;

    private TargetServer(ConnectionTarget target, Duration connectTimeout) throws IOException {
        this.target = target;
        this.connectTimeout = connectTimeout;
        this.connection = open();
    }

    private Connection open() throws IOException {
        Connection opened = new Connections(target, connectTimeout).openForRestore("UTF8");
        boolean done = false;
        try {
            // it says nothing while a database is filled, and must be there at the end
            Rows.of(
                    opened,
                    "SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings"
                            + " WHERE name = 'idle_session_timeout'");
            done = true;
            return opened;
        } catch (SQLException e) {
            throw broken(e);
        } finally {
            if (!done) {
                close(opened);
            }
        }
    }

    /// Takes another session when this one broke while nobody asked it anything.
    ///
    /// @param statement with which the new one begins
    /// @return whether it did
    boolean renewed(String statement) throws IOException {
        try {
            if (connection.isValid(ANSWER_SECONDS)) {
                return false;
            }
            close();
            connection = open();
            ask(statement);
            return true;
        } catch (SQLException e) {
            throw broken(e);
        }
    }

    /// @throws HoldfastException.PreCheckFailed when neither a database that every server has nor
    ///     the target lets us in
    static TargetServer reach(ConnectionTarget target, Duration connectTimeout) throws IOException {
        HoldfastException.PreCheckFailed first = null;
        List<String> names = new ArrayList<>(MAINTENANCE);
        names.remove(target.database());
        names.add(target.database());
        for (String database : names) {
            try {
                return new TargetServer(target.withDatabase(database), connectTimeout);
            } catch (HoldfastException.PreCheckFailed e) {
                first = first == null ? e : first;
            }
        }
        throw Objects.requireNonNull(first);
    }

    /// Another session, with the same database of it.
    TargetServer another() throws IOException {
        return new TargetServer(target, connectTimeout);
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
            String oid = oid(database);
            Set<String> roles =
                    set("SELECT rolname FROM pg_catalog.pg_roles WHERE pg_catalog.pg_has_role(oid, 'MEMBER')");
            if (oid.isEmpty() || owner.contains("t")) {
                roles.add(DATABASE_OWNER); // there, or in one that this role makes
            }
            return new Facts(
                    Integer.parseInt(one.get(0)),
                    one.get(1).equals("t"),
                    one.get(2).equals("t"),
                    oid,
                    owner.contains("t"),
                    set("SELECT datname FROM pg_catalog.pg_database"),
                    set("SELECT rolname FROM pg_catalog.pg_roles"),
                    roles,
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
                                    + " AND " + OF_A_USER)
                    .stream()
                    .filter(row -> !own.contains(row.get(3)))
                    .map(row -> new Session(row.get(0), row.get(1), row.get(2)))
                    .toList();
        } catch (SQLException e) {
            throw broken(e);
        }
    }

    /// Ends every session with some databases but those that may not be ended by this role.
    ///
    /// @param databases their numbers
    void endSessions(List<String> databases) throws IOException {
        try {
            List<String> pids = ask("SELECT pid FROM pg_catalog.pg_stat_activity WHERE datid IN ("
                    + String.join(", ", databases) + ") AND pid <> pg_catalog.pg_backend_pid()"
                    + " AND " + OF_A_USER);
            for (String pid : pids) {
                end(pid);
            }
        } catch (SQLException e) {
            throw broken(e);
        }
    }

    private void end(String pid) throws SQLException {
        try {
            ask("SELECT pg_catalog.pg_terminate_backend(" + pid + ")");
        } catch (SQLException e) {
            if (!NOT_ALLOWED.equals(e.getSQLState())) {
                throw e;
            }
        }
    }

    /// Number of a database, which stays when its name changes; empty when there is none.
    String oid(String database) throws SQLException {
        return String.join(
                "", ask("SELECT oid FROM pg_catalog.pg_database WHERE datname = " + Identifiers.literal(database)));
    }

    /// For instance 18.
    int major() throws IOException {
        try {
            return connection.getMetaData().getDatabaseMajorVersion();
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

    List<List<String>> rows(String query) throws SQLException {
        return Rows.of(connection, query);
    }

    /// The first column.
    List<String> ask(String query) throws SQLException {
        return Rows.column(connection, query);
    }

    @Override
    public void close() {
        close(connection);
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException _) {
            // nothing is lost with it
        }
    }
}
