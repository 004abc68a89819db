package holdfast.source.postgres.connection;

import holdfast.model.HoldfastException;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;

/// Opens sessions with one database, each fixed for dumping ([DumpSession]) or for restoring
/// ([RestoreSession]), in auto-commit.
///
/// Among several servers the first one that will do is taken, and kept: a snapshot that one
/// session exports is known to the same server only. Differs from the driver's own choice as
/// libpq does: every address of a name is tried, a password may differ by server, and a server
/// that says no to the log-in ends the search.
///
/// Safe for use by many threads; the connections are not.
public final class Connections {
    private static final int OLDEST_SERVER = 13;
    private static final Duration SILENCE = Duration.ofHours(1);

    private final ConnectionTarget target;
    private final Duration connectTimeout;
    private final Duration silence;
    private volatile @Nullable Server reached;

    /// As the other one, with an hour of silence.
    public Connections(ConnectionTarget target, Duration connectTimeout) {
        this(target, connectTimeout, SILENCE);
    }

    /// @param connectTimeout how long a server may take for each step of letting us in, unless
    /// the target has a `connect_timeout`; more than 0
    /// @param silence how long a server may say nothing while a statement runs; then the
    /// connection is broken. Long enough for the longest statement that has no output, such as an
    /// index
    public Connections(ConnectionTarget target, Duration connectTimeout, Duration silence) {
        Integer seconds = target.number(Parameter.CONNECT_TIMEOUT);
        this.target = target;
        this.connectTimeout = seconds == null || seconds <= 0 ? connectTimeout : Duration.ofSeconds(seconds);
        this.silence = silence;
        if (!connectTimeout.isPositive() || !silence.isPositive()) {
            throw new IllegalArgumentException("no time to wait");
        }
    }

    /// How long a server may say nothing.
    public Duration silence() {
        return silence;
    }

    /// Whether a failure means that the connection is gone, so that another one may do better:
    /// class 08, a server that shuts down (57P), and a session that it has ended (25P03, 25P04).
    /// What a server itself says with class 08 is about another connection, that of a foreign table
    /// for instance; but for a violation of the protocol (08P01), by which poolers give up. See the
    /// appendix "PostgreSQL Error Codes".
    public static boolean isLost(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        boolean said = e instanceof PSQLException known && known.getServerErrorMessage() != null;
        return state.startsWith(said ? "08P01" : "08")
                || state.startsWith("57P")
                || state.equals("25P03")
                || state.equals("25P04");
    }

    /// Changes, for one connection and from now on, how long the server may say nothing.
    public static void allowSilence(Connection connection, Duration silence) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, Math.toIntExact(Math.min(silence.toMillis(), Integer.MAX_VALUE)));
    }

    /// A new session, with `client_encoding` UTF8: the driver writes statements in nothing else,
    /// whatever a session is told. The server converts every text, and a database in SQL_ASCII,
    /// about whose bytes it knows nothing, fails with SQLSTATE 22021 at the first value that is
    /// not UTF-8; so do databases in MULE_INTERNAL and some EUC encodings at characters that
    /// Unicode lacks. A COPY does not, with the option that [#inServerEncoding] gives it.
    ///
    /// @throws HoldfastException.PreCheckFailed when no server lets us in
    /// @throws HoldfastException.BadUsage when a file that the target names is not there or
    /// cannot be used
    public Connection open() {
        return open(Purpose.READING, "");
    }

    /// The same COPY with rows as the database has them, as `pg_dump` asks for them: nothing is
    /// converted, so it gives and takes the very bytes.
    ///
    /// @param copy one without options
    public static String inServerEncoding(Connection connection, String copy) throws SQLException {
        return inEncoding(
                String.valueOf(connection.unwrap(PGConnection.class).getParameterStatus("server_encoding")), copy);
    }

    /// The same COPY with rows in some encoding.
    public static String inEncoding(String encoding, String copy) {
        return copy + " WITH (ENCODING '" + encoding.replace("'", "''") + "')";
    }

    /// A new session that writes, fixed as `pg_restore` fixes its own ([RestoreSession]). Every
    /// statement goes to the server as it is, in one piece.
    ///
    /// @param encoding the session's `client_encoding`; rows are in it
    /// @throws HoldfastException.PreCheckFailed as [#open]
    /// @throws HoldfastException.BadUsage as [#open]
    public Connection openForRestore(String encoding) {
        return open(Purpose.RESTORING, encoding);
    }

    private enum Purpose {
        READING,
        RESTORING
    }

    /// The target with the one server that was reached, for the programs that must work with the
    /// same one; as it was given while there is none.
    public ConnectionTarget reached() {
        Server server = reached;
        return server == null ? target : target.withServer(server);
    }

    /// For the programs that must work with the server that was reached, and wait no longer for it.
    public Libpq libpq() {
        return Libpq.of(reached(), connectTimeout);
    }

    private Connection open(Purpose purpose, String encoding) {
        Server server = reached;
        if (server == null) {
            synchronized (this) {
                server = reached;
                if (server == null) {
                    return choose(purpose, encoding);
                }
            }
        }
        Attempt attempt = attempt(server, SessionWish.ANY, purpose, encoding);
        if (attempt.failure() != null) {
            throw explained(List.of(attempt.failure()));
        }
        return attempt.opened();
    }

    private Connection choose(Purpose purpose, String encoding) {
        List<Server> servers = new ArrayList<>(target.servers());
        if (target.parameter(Parameter.LOAD_BALANCE_HOSTS).equals("random")) {
            Collections.shuffle(servers);
        }
        List<Failure> failures = new ArrayList<>();
        for (SessionWish wish : SessionWish.of(target.parameter(Parameter.TARGET_SESSION_ATTRS))) {
            for (Server server : servers) {
                Attempt attempt = attempt(server, wish, purpose, encoding);
                if (attempt.failure() == null) {
                    reached = server;
                    return attempt.opened();
                }
                failures.add(attempt.failure());
                if (!attempt.failure().tryNext()) {
                    throw explained(List.of(attempt.failure()));
                }
            }
        }
        throw explained(failures);
    }

    private HoldfastException explained(List<Failure> failures) {
        Failure first = failures.getFirst();
        String reason = first.reason();
        if (failures.size() > 1) {
            reason = failures.stream()
                    .map(failure -> failure.server() + ": " + failure.reason())
                    .distinct()
                    .collect(Collectors.joining("; ", "no server will do: ", ""));
        }
        return new HoldfastException.PreCheckFailed(
                "cannot connect to " + target.display() + ": " + reason, first.hint(), first.cause());
    }

    /// One of the two is there.
    private record Attempt(
            @Nullable Connection connection, @Nullable Failure failure) {
        Connection opened() {
            if (connection == null) {
                throw new IllegalStateException("not opened");
            }
            return connection;
        }
    }

    private Attempt attempt(Server server, SessionWish wish, Purpose purpose, String encoding) {
        int millis = Math.toIntExact(Math.min(connectTimeout.toMillis(), Integer.MAX_VALUE / 2));
        try {
            List<Route> routes = Route.to(server, target, millis);
            for (int i = 0; ; i++) {
                try {
                    return along(routes.get(i), server, wish, purpose, encoding, millis);
                } catch (SQLException e) {
                    if (i + 1 == routes.size() || !Failure.isUnreachable(e)) {
                        throw e;
                    }
                }
            }
        } catch (SQLException | UnknownHostException e) {
            return new Attempt(null, Failure.of(e, server, target, connectTimeout));
        }
    }

    private Attempt along(Route route, Server server, SessionWish wish, Purpose purpose, String encoding, int millis)
            throws SQLException {
        Connection connection = driven(route, server, purpose, millis);
        boolean done = false;
        try {
            int version = connection.getMetaData().getDatabaseMajorVersion();
            if (version < OLDEST_SERVER) {
                return new Attempt(null, tooOld(server, version));
            }
            String objection = wish.objection(connection);
            if (!objection.isEmpty()) {
                String attributes = target.parameter(Parameter.TARGET_SESSION_ATTRS);
                return new Attempt(null, Failure.objection(server, objection, attributes));
            }
            fix(connection, purpose, encoding);
            allowSilence(connection, silence);
            done = true;
            return new Attempt(connection, null);
        } finally {
            if (!done) {
                connection.close();
            }
        }
    }

    private static Failure tooOld(Server server, int version) {
        return new Failure(
                server,
                "the server is PostgreSQL " + version + ", and " + OLDEST_SERVER + " is the oldest that is supported",
                "upgrade the server",
                false,
                null);
    }

    /// With `sslmode=prefer`, what fails with encryption is tried without, as libpq does; the
    /// driver would not.
    private Connection driven(Route route, Server server, Purpose purpose, int millis) throws SQLException {
        String mode = target.sslMode();
        try {
            return driven(route, server, mode, purpose, millis);
        } catch (SQLException e) {
            if (!mode.equals("prefer") || !Failure.isEncryption(e)) {
                throw e;
            }
            return driven(route, server, "disable", purpose, millis);
        }
    }

    private Connection driven(Route route, Server server, String sslMode, Purpose purpose, int millis)
            throws SQLException {
        Properties properties = DriverProperties.of(target, server, route, sslMode, millis);
        properties.setProperty("allowEncodingChanges", Boolean.toString(purpose != Purpose.READING));
        if (purpose == Purpose.RESTORING) {
            // the driver would look for the ends of statements, and not know every kind of function body
            properties.setProperty("preferQueryMode", "simple");
        }
        // the name is for the certificate; the way is in the properties
        String name = server.isSocket() ? "localhost" : server.host().isEmpty() ? server.address() : server.host();
        String host = name.indexOf(':') < 0 ? name : "[" + name + "]";
        return DriverManager.getConnection("jdbc:postgresql://" + host + ":" + server.port() + "/", properties);
    }

    private static void fix(Connection connection, Purpose purpose, String encoding) throws SQLException {
        switch (purpose) {
            case READING -> DumpSession.fix(connection);
            case RESTORING -> RestoreSession.fix(connection, encoding);
        }
    }
}
