package holdfast.source.postgres.connection;

import holdfast.model.HoldfastException;
import java.util.Locale;
import java.util.Set;

/// One place where a server may listen.
///
/// @param host a name, an IP address, or the absolute path of a folder with the server's socket;
/// empty when only an address was given
/// @param address the IP address to use instead of looking the name up; empty when none was given
public record Server(String host, String address, int port) {
    static final int DEFAULT_PORT = 5432;

    private static final int LAST_PORT = 65_535;

    /// Where libpq itself looks for a socket, as Debian and as PostgreSQL's own build have it.
    static final Set<String> DEFAULT_SOCKET_FOLDERS = Set.of("/var/run/postgresql", "/run/postgresql", "/tmp");

    public Server {
        if (port < 1 || port > LAST_PORT) {
            throw new IllegalArgumentException("no port: " + port);
        }
        if (host.startsWith("@")) {
            throw new HoldfastException.BadUsage(
                    "a host begins with @: sockets in the abstract namespace are not supported",
                    "name the folder of the server's socket; in a URL, write %40 for an @ in the password");
        }
        if (!host.startsWith("/") && !host.matches("[\\p{L}\\p{N}._:%-]*")) {
            // not shown: it may be the end of a password
            throw new HoldfastException.BadUsage(
                    "a host has a character that no host name has",
                    "in a URL's user and password, write %40 for an @ and %2F for a /");
        }
    }

    /// Whether the server is reached by a socket in the file system.
    public boolean isSocket() {
        return host.startsWith("/");
    }

    /// By which it is told from others, always the same: the name in small letters, or else the
    /// address; the folder of a socket as it is.
    public String name() {
        String name = host.isEmpty() ? address : host;
        return isSocket() ? name : name.toLowerCase(Locale.ROOT);
    }

    /// What to look up: the address, or else the name.
    String where() {
        return address.isEmpty() ? host : address;
    }

    /// The file of the socket.
    String socketPath() {
        return host + "/.s.PGSQL." + port;
    }

    /// The name by which the password file knows it.
    String passwordFileName() {
        String name = host.isEmpty() ? address : host;
        return DEFAULT_SOCKET_FOLDERS.contains(name) ? "localhost" : name;
    }

    /// As it stands in a URL.
    String inUrl() {
        String name = name();
        if (isSocket()) {
            name = PercentEncoding.encode(name);
        } else if (name.indexOf(':') >= 0) {
            name = "[" + name.replace("%", "%25") + "]";
        }
        return name + ":" + port;
    }

    /// For people: `db.example.org:5432`, or the file of the socket.
    @Override
    public String toString() {
        return isSocket() ? socketPath() : (host.isEmpty() ? address : host) + ":" + port;
    }
}
