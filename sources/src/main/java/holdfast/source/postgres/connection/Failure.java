package holdfast.source.postgres.connection;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// Why a server did not let us in, and what to do about it. No secret is in it: neither the
/// server nor the driver repeats a password, and nothing here asks for one.
///
/// @param tryNext whether libpq would go on to the next server: nobody is there, or it is just
/// starting or stopping
record Failure(
        Server server,
        String reason,
        String hint,
        boolean tryNext,
        @Nullable Throwable cause) {
    /// Told by the code, never by the text, which comes in the server's or this machine's
    /// language.
    static Failure of(Exception failure, Server server, ConnectionTarget target, Duration timeout) {
        return new Explanation(server, target, timeout).of(failure);
    }

    static Failure objection(Server server, String objection, String wish) {
        return new Failure(server, objection, "target_session_attrs asks for " + wish, true, null);
    }

    /// Whether nobody answered, so that another address of the same server may.
    static boolean isUnreachable(Exception failure) {
        return find(failure, IOException.class).isPresent() && !isEncryption(failure);
    }

    /// Whether encryption could not be agreed on.
    static boolean isEncryption(Exception failure) {
        return find(failure, SSLException.class).isPresent()
                || find(failure, GeneralSecurityException.class).isPresent();
    }

    private static <T> Optional<T> find(Throwable failure, Class<T> kind) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (kind.isInstance(at)) {
                return Optional.of(kind.cast(at));
            }
        }
        return Optional.empty();
    }

    private record Explanation(Server server, ConnectionTarget target, Duration timeout) {
        Failure of(Exception failure) {
            Optional<ServerErrorMessage> said =
                    find(failure, PSQLException.class).map(PSQLException::getServerErrorMessage);
            if (said.isPresent()) {
                return server(failure, said.get());
            }
            if (isEncryption(failure)) {
                return encryption(failure);
            }
            Optional<IOException> network = find(failure, IOException.class);
            return network.isPresent() ? network(failure, network.get()) : driver(failure);
        }

        private Failure tell(Exception cause, String reason, String hint) {
            return new Failure(server, reason, hint, false, cause);
        }

        private Failure tellAndGoOn(Exception cause, String reason, String hint) {
            return new Failure(server, reason, hint, true, cause);
        }

        private Failure server(Exception failure, ServerErrorMessage said) {
            String text = String.valueOf(said.getMessage());
            return switch (String.valueOf(said.getSQLState())) {
                case "28P01" -> password(failure);
                case "28000" -> authorization(failure, String.valueOf(said.getRoutine()), text);
                case "3D000" ->
                    tell(failure, "there is no database " + target.database(), "check the name, or create it");
                case "42501" ->
                    tell(failure, text, "GRANT CONNECT ON DATABASE … TO " + target.user() + " lets the role in");
                case "53300" ->
                    tell(
                            failure,
                            "too many connections (" + text + ")",
                            "use fewer connections at once, or raise max_connections or the role's limit");
                case "57P03" ->
                    tellAndGoOn(
                            failure,
                            "the server lets nobody in just now (" + text + ")",
                            "wait until it has started or recovered");
                case "55000" -> tell(failure, text, "ALTER DATABASE … ALLOW_CONNECTIONS true lets everybody in");
                case "08P01" ->
                    tell(failure, text, "a pooler may be in between: name the server itself, and leave out options");
                default -> tell(failure, text, poolerHint());
            };
        }

        private String poolerHint() {
            return target.isTransactionPooler() ? "name the direct endpoint rather than the pooler" : "";
        }

        private Failure password(Exception failure) {
            Optional<String> origin = target.passwordOrigin(server);
            if (origin.isEmpty()) {
                return tell(
                        failure,
                        "the server wants a password for the role " + target.user() + ", and none was given",
                        "set PGPASSWORD, or write a line into ~/.pgpass (chmod 0600)");
            }
            return tell(
                    failure,
                    "wrong password for the role " + target.user() + ", or no such role",
                    "the password was taken from " + origin.get());
        }

        /// By the server's function: `ClientAuthentication` looks for a line in pg_hba.conf,
        /// `auth_failed` ends a method without a password, `InitializeSessionUserId` looks the
        /// role up.
        private Failure authorization(Exception failure, String routine, String text) {
            return switch (routine) {
                case "InitializeSessionUserId" ->
                    tell(
                            failure,
                            "the role " + target.user() + " does not exist or may not log in (" + text + ")",
                            "check the name, or CREATE ROLE … LOGIN");
                case "ClientAuthentication" ->
                    tell(failure, "the server does not accept this connection (" + text + ")", admission());
                default -> tell(failure, text, "check the role, and the method in the server's pg_hba.conf");
            };
        }

        private String admission() {
            if (target.provider().isPresent()) {
                return "the provider's rules must allow this machine's address and this role";
            }
            return target.sslMode().equals("disable") || server.isSocket()
                    ? "if it wants TLS, set sslmode=require; else a line in its pg_hba.conf must allow it"
                    : "a line in its pg_hba.conf must allow it; with sslmode=disable, one without TLS";
        }

        private Failure encryption(Exception failure) {
            String why = find(failure, CertPathValidatorException.class)
                    .map(Exception::getMessage)
                    .or(() -> find(failure, CertPathBuilderException.class).map(Exception::getMessage))
                    .or(() -> find(failure, CertificateException.class).map(Exception::getMessage))
                    .orElse("");
            if (!why.isEmpty()) {
                return tell(
                        failure,
                        "the server's certificate is not trusted (" + why + ")",
                        "name the certificate of its authority with sslrootcert; now it is "
                                + target.parameter(Parameter.SSLROOTCERT));
            }
            return tell(
                    failure,
                    "no TLS connection could be made (" + lastMessage(failure) + ")",
                    "check that this is a PostgreSQL server, its TLS versions, and the client certificate");
        }

        private Failure network(Exception failure, IOException network) {
            if (find(failure, UnknownHostException.class).isPresent()) {
                return tellAndGoOn(
                        failure, "the host " + server.where() + " is not known", "check the name and the name server");
            }
            if (find(failure, SocketTimeoutException.class).isPresent()) {
                return tellAndGoOn(
                        failure,
                        "no answer within " + timeout.toMillis() / 1000.0 + " s",
                        "check the port, the firewall in between, and whether the server is overloaded");
            }
            if (find(failure, NoRouteToHostException.class).isPresent()) {
                return tellAndGoOn(failure, "there is no way to the host", "check the network and the address");
            }
            if (server.isSocket()) {
                return tellAndGoOn(
                        failure,
                        "nobody listens at the socket (" + lastMessage(network) + ")",
                        "check that the server runs, its port, and unix_socket_directories; or name a host");
            }
            if (find(failure, ConnectException.class).isPresent()) {
                return tellAndGoOn(
                        failure, "connection refused", "check that the server runs, and its port and listen_addresses");
            }
            return tellAndGoOn(
                    failure,
                    "the connection broke (" + lastMessage(network) + ")",
                    "check that this is a PostgreSQL server, and its log");
        }

        /// What the driver says by itself.
        private Failure driver(Exception failure) {
            String state = failure instanceof SQLException sql ? String.valueOf(sql.getSQLState()) : "";
            String mode = target.sslMode();
            if (state.equals("08006") && mode.equals("verify-full") && failure.getCause() == null) {
                return tell(
                        failure,
                        "the server's certificate is not for the host " + server.host(),
                        "name the host as the certificate does, or use sslmode=verify-ca");
            }
            if (state.equals("08P01")) {
                return tell(
                        failure,
                        "what answers there does not speak PostgreSQL's protocol",
                        "check the host and the port");
            }
            if (state.equals("08004") && target.password(server).isEmpty()) {
                return password(failure);
            }
            boolean mustEncrypt = mode.equals("require") || mode.startsWith("verify");
            if (state.equals("08004") && mustEncrypt && !asksForMore() && !server.isSocket()) {
                return tell(
                        failure,
                        "the server does not offer TLS, and sslmode is " + mode,
                        target.provider().isPresent()
                                ? "a managed server does: check the host, the port, and what is in between"
                                : "switch TLS on in the server, or choose a weaker sslmode");
            }
            return tell(failure, lastMessage(failure), "check the server's method of authentication, and its log");
        }

        /// Whether it is asked how the server lets us in, so that it may have been refused for
        /// that.
        private boolean asksForMore() {
            return target.parameter(Parameter.CHANNEL_BINDING).equals("require")
                    || !target.parameter(Parameter.REQUIRE_AUTH).isEmpty();
        }

        private static String lastMessage(Throwable failure) {
            Throwable last = failure;
            while (last.getCause() != null) {
                last = last.getCause();
            }
            if (last instanceof EOFException) {
                return "the server hung up";
            }
            return String.valueOf(last.getMessage());
        }
    }
}
