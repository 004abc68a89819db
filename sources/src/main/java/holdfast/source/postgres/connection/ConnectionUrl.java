package holdfast.source.postgres.connection;

import holdfast.model.HoldfastException;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Pattern;

/// `postgresql://user:password@host:port,host:port/database?parameter=value&…`, taken apart as
/// libpq does it (`conninfo_uri_parse_options`). Stricter than libpq where a character that
/// should have been percent-encoded would make a part of a password appear as a host, a database
/// or a user: no message here shows any part of the URL except the names of parameters. Pure.
final class ConnectionUrl {
    /// A query before the first @: that one belongs to a value, not behind the credentials.
    private static final Pattern QUERY =
            Pattern.compile("[?&](user|password|passfile|host|port|dbname|options|sslmode|application_name)=");

    private final String url;
    private final Map<Parameter, String> values = new EnumMap<>(Parameter.class);

    private ConnectionUrl(String url) {
        this.url = url;
    }

    /// Whether a text has the scheme of PostgreSQL.
    static boolean hasScheme(String text) {
        return text.startsWith("postgresql://") || text.startsWith("postgres://");
    }

    /// What the URL says itself, decoded; several hosts and ports separated by commas.
    ///
    /// @throws HoldfastException.BadUsage when it cannot be meant
    static Map<Parameter, String> parse(String url) {
        if (!hasScheme(url)) {
            throw new HoldfastException.BadUsage(
                    "not a PostgreSQL URL: it does not begin with postgresql:// or postgres://",
                    "write postgresql://user@host:5432/database");
        }
        ConnectionUrl parsing = new ConnectionUrl(url);
        parsing.parse();
        return parsing.values;
    }

    private void parse() {
        int start = url.indexOf("//") + 2;
        int end = start;
        while (end < url.length() && url.charAt(end) != '@' && url.charAt(end) != '/') {
            end++;
        }
        if (end < url.length() && url.charAt(end) == '@') {
            credentials(url.substring(start, end));
            start = end + 1;
        }
        int query = url.indexOf('?', start);
        int path = url.indexOf('/', start);
        int pathEnd = query < 0 ? url.length() : query;
        int hostsEnd = path < 0 || path > pathEnd ? pathEnd : path;
        hosts(url.substring(start, hostsEnd));
        if (hostsEnd < pathEnd) {
            database(url.substring(hostsEnd + 1, pathEnd));
        }
        if (query >= 0) {
            query(url.substring(query + 1));
        }
    }

    private void credentials(String text) {
        int colon = text.indexOf(':');
        String user = colon < 0 ? text : text.substring(0, colon);
        if (user.indexOf('?') >= 0 || QUERY.matcher(text).find()) {
            throw unencoded();
        }
        put(Parameter.USER, user);
        if (colon >= 0) {
            put(Parameter.PASSWORD, text.substring(colon + 1));
        }
    }

    private void hosts(String text) {
        StringBuilder hosts = new StringBuilder();
        StringBuilder ports = new StringBuilder();
        int at = 0;
        while (true) {
            int hostEnd = at;
            if (at < text.length() && text.charAt(at) == '[') {
                hostEnd = text.indexOf(']', at);
                if (hostEnd < 0) {
                    throw new HoldfastException.BadUsage(
                            "not a PostgreSQL URL: the ] after an IPv6 address is missing",
                            "write postgresql://user@[::1]:5432/database");
                }
                hosts.append(text, at + 1, hostEnd);
                hostEnd++;
            } else {
                while (hostEnd < text.length() && text.charAt(hostEnd) != ':' && text.charAt(hostEnd) != ',') {
                    hostEnd++;
                }
                hosts.append(text, at, hostEnd);
            }
            int comma = text.indexOf(',', hostEnd);
            int portEnd = comma < 0 ? text.length() : comma;
            if (hostEnd < portEnd && text.charAt(hostEnd) != ':') {
                throw unencoded();
            }
            ports.append(text, Math.min(hostEnd + 1, portEnd), portEnd);
            if (comma < 0) {
                break;
            }
            hosts.append(',');
            ports.append(',');
            at = comma + 1;
        }
        put(Parameter.HOST, hosts.toString());
        put(Parameter.PORT, ports.toString());
    }

    private void database(String text) {
        if (text.indexOf('@') >= 0) {
            throw unencoded();
        }
        put(Parameter.DBNAME, text);
    }

    private static HoldfastException unencoded() {
        return new HoldfastException.BadUsage(
                "not a PostgreSQL URL: user, password, host and database cannot be told apart",
                "in them, write %40 for an @, %2F for a /, %3A for a : and %3F for a ?");
    }

    /// Nothing given is not the same as something empty: the environment is asked.
    private void put(Parameter parameter, String encoded) {
        if (!encoded.isEmpty()) {
            values.put(parameter, PercentEncoding.decode(encoded));
        }
    }

    private void query(String text) {
        String before = "";
        for (String one : text.split("&", -1)) {
            if (one.isEmpty()) {
                continue;
            }
            int equals = one.indexOf('=');
            if (equals < 0 || one.indexOf('=', equals + 1) >= 0) {
                throw new HoldfastException.BadUsage(
                        "not a PostgreSQL URL: behind the ?, a parameter is not written name=value",
                        "write %26 for an & and %3D for an = in a value");
            }
            String name = PercentEncoding.decode(one.substring(0, equals));
            parameter(name, PercentEncoding.decode(one.substring(equals + 1)), before);
            before = name;
        }
    }

    private void parameter(String name, String value, String before) {
        if (ParameterNames.isOfApplications(name)) {
            return;
        }
        // as libpq does for the sake of JDBC
        if (name.equals("ssl") && value.equals("true")) {
            values.put(Parameter.SSLMODE, "require");
            return;
        }
        if (name.equals("requiressl")) {
            values.put(Parameter.SSLMODE, value.startsWith("1") ? "require" : "prefer");
            return;
        }
        if (before.endsWith("password") && Parameter.of(name).isEmpty()) {
            // the rest of a password with an &: its name is not told either
            throw new HoldfastException.BadUsage(
                    "not a PostgreSQL URL: what follows the " + before + " is not a parameter",
                    "write %26 for an & in the " + before);
        }
        values.put(ParameterNames.known(name, "the PostgreSQL URL"), value);
    }
}
