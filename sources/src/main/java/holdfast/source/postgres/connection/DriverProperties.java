package holdfast.source.postgres.connection;

import holdfast.model.HoldfastException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/// What a target is in the driver's words (`org.postgresql.PGProperty`, and
/// jdbc.postgresql.org/documentation/use). Nothing is left to the driver's own lookups in files
/// and variables.
final class DriverProperties {
    private final ConnectionTarget target;
    private final Server server;
    private final Properties properties = new Properties();

    private DriverProperties(ConnectionTarget target, Server server) {
        this.target = target;
        this.server = server;
    }

    /// @param sslMode what to ask of this server, in libpq's words
    /// @param timeoutMillis for each step of the way in; more than 0
    /// @throws HoldfastException.BadUsage when a file that is named for TLS is not there or
    /// cannot be used
    static Properties of(ConnectionTarget target, Server server, Route route, String sslMode, int timeoutMillis) {
        DriverProperties building = new DriverProperties(target, server);
        building.basics(route, timeoutMillis);
        building.authentication();
        building.encryption(sslMode);
        return building.properties;
    }

    private void basics(Route route, int timeoutMillis) {
        set("user", target.user());
        set("PGDBNAME", target.database());
        set("ApplicationName", target.applicationName());
        // so that the name goes out with the first packet
        set("assumeMinServerVersion", "13");
        set("socketFactory", RouteSockets.class.getName());
        set("socketFactoryArg", route.toString());
        int seconds = Math.ceilDiv(timeoutMillis, 1000);
        set("connectTimeout", seconds);
        // a server that says nothing; set to something longer once it lets us in
        set("socketTimeout", seconds);
        set("sslResponseTimeout", timeoutMillis);
        set("loginTimeout", 0);
        Integer keepAlives = target.number(Parameter.KEEPALIVES);
        set("tcpKeepAlive", keepAlives == null || keepAlives != 0);
        // a statement prepared by name may not be known to the session that a pooler gives us next
        set("prepareThreshold", 0);
        pass("options", Parameter.OPTIONS);
    }

    private void set(String property, Object value) {
        properties.setProperty(property, value.toString());
    }

    private void pass(String property, Parameter parameter) {
        if (!target.parameter(parameter).isEmpty()) {
            set(property, target.parameter(parameter));
        }
    }

    private void authentication() {
        // given even if empty, else the driver would look into the password file by its own rules
        set("password", target.password(server));
        pass("channelBinding", Parameter.CHANNEL_BINDING);
        pass("requireAuth", Parameter.REQUIRE_AUTH);
        pass("kerberosServerName", Parameter.KRBSRVNAME);
        pass("gsslib", Parameter.GSSLIB);
        boolean required = target.parameter(Parameter.GSSENCMODE).equals("require");
        set("gssEncMode", required ? "require" : "disable");
    }

    private void encryption(String mode) {
        if (server.isSocket() || mode.equals("disable")) {
            set("sslmode", "disable");
            return;
        }
        String authorities = target.parameter(Parameter.SSLROOTCERT);
        boolean there = !authorities.isEmpty() && Files.exists(Path.of(authorities));
        // as libpq does "for backward compatibility": a root certificate file makes it verify
        String verified = mode.equals("require") && there ? "verify-ca" : mode;
        set("sslmode", verified);
        if (verified.startsWith("verify")) {
            if (!there) {
                throw new HoldfastException.BadUsage(
                        "sslmode=" + mode + " needs a root certificate file, and there is "
                                + (authorities.isEmpty() ? "none" : "no " + authorities),
                        "name one with sslrootcert, or sslrootcert=system to trust what this machine trusts");
            }
            if (verified.equals("verify-full") && server.host().isEmpty()) {
                throw new HoldfastException.BadUsage(
                        "sslmode=verify-full needs the server's name, and only an address is given",
                        "give the name as host besides hostaddr");
            }
            set("sslrootcert", authorities);
        }
        pass("sslNegotiation", Parameter.SSLNEGOTIATION);
        client();
    }

    private void client() {
        String certificate = target.parameter(Parameter.SSLCERT);
        // empty: none, rather than what the driver finds by itself
        set("sslcert", certificate);
        set("sslkey", "");
        if (certificate.isEmpty()) {
            return;
        }
        if (!Files.isReadable(Path.of(certificate))) {
            throw new HoldfastException.BadUsage(
                    "cannot read the client certificate " + certificate, "check sslcert or PGSSLCERT");
        }
        String key = target.parameter(Parameter.SSLKEY);
        ClientKey found = ClientKey.read(Path.of(key));
        set("sslkey", key);
        if (!found.algorithm().isEmpty()) {
            set("pemKeyAlgorithm", found.algorithm());
        }
        set("sslpassword", target.parameter(Parameter.SSLPASSWORD));
    }
}
