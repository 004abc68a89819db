package holdfast.source.postgres.connection;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import javax.net.SocketFactory;

/// Opens the driver's sockets along a route that was chosen before. Public because the driver
/// makes it by its name (`socketFactory` and `socketFactoryArg`); nobody else uses it.
public final class RouteSockets extends SocketFactory {
    private final Route route;

    public RouteSockets(String route) {
        this.route = Route.of(route);
    }

    @Override
    public Socket createSocket() throws IOException {
        return route.open();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw otherwise();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        throw otherwise();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        throw otherwise();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        throw otherwise();
    }

    private static SocketException otherwise() {
        return new SocketException("the way is already chosen");
    }
}
