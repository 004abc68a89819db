package holdfast.source.postgres.connection;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.net.ExtendedSocketOptions;

/// One way to one server, in a form that survives being a property of the driver: the driver
/// makes the object that opens its sockets by itself, and once more for every request to cancel.
sealed interface Route {
    /// Opens a connected socket.
    Socket open() throws IOException;

    /// Reads back what `toString` gave.
    static Route of(String text) {
        String[] parts = text.split(" ", 2);
        return switch (parts[0]) {
            case "unix" -> {
                String[] rest = parts[1].split(" ", 2);
                yield new Local(Path.of(rest[1]), PercentEncoding.decode(rest[0].substring(1)));
            }
            case "tcp" -> {
                String[] rest = parts[1].split(" ", -1);
                int[] numbers = new int[rest.length];
                for (int i = 1; i < rest.length; i++) {
                    numbers[i] = Integer.parseInt(rest[i]);
                }
                yield new Network(rest[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
            }
            default -> throw new IllegalArgumentException(text);
        };
    }

    /// A server's socket in the file system.
    ///
    /// @param owner who must run the server (`requirepeer`); empty for anybody
    record Local(Path path, String owner) implements Route {
        @Override
        public Socket open() throws IOException {
            UnixSocket socket = UnixSocket.connect(path);
            boolean done = false;
            try {
                if (!owner.isEmpty() && !socket.peer().equals(owner)) {
                    throw new IOException("requirepeer names " + owner + ", but the server is run by " + socket.peer());
                }
                done = true;
                return socket;
            } finally {
                if (!done) {
                    socket.close();
                }
            }
        }

        @Override
        public String toString() {
            return "unix =" + PercentEncoding.encode(owner) + " " + path;
        }
    }

    /// @param address an IP address
    /// @param timeoutMillis how long to wait for an answer
    /// @param idleSeconds after how much silence the kernel asks whether the other end is still
    /// there
    /// @param intervalSeconds between one such question and the next
    /// @param count how many may stay without an answer
    record Network(String address, int port, int timeoutMillis, int idleSeconds, int intervalSeconds, int count)
            implements Route {
        @Override
        public Socket open() throws IOException {
            Socket socket = new BufferedSocket();
            boolean done = false;
            try {
                set(socket, ExtendedSocketOptions.TCP_KEEPIDLE, idleSeconds);
                set(socket, ExtendedSocketOptions.TCP_KEEPINTERVAL, intervalSeconds);
                set(socket, ExtendedSocketOptions.TCP_KEEPCOUNT, count);
                socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), timeoutMillis);
                done = true;
                return socket;
            } finally {
                if (!done) {
                    socket.close();
                }
            }
        }

        private static void set(Socket socket, java.net.SocketOption<Integer> option, int value) throws IOException {
            if (value > 0 && socket.supportedOptions().contains(option)) {
                socket.setOption(option, value);
            }
        }

        @Override
        public String toString() {
            return "tcp " + address + " " + port + " " + timeoutMillis + " " + idleSeconds + " " + intervalSeconds + " "
                    + count;
        }
    }

    /// Every way to a server, in the order in which its name gives addresses.
    ///
    /// @throws UnknownHostException when the name is not known
    static List<Route> to(Server server, ConnectionTarget target, int timeoutMillis) throws UnknownHostException {
        if (server.isSocket()) {
            return List.of(new Local(Path.of(server.socketPath()), target.parameter(Parameter.REQUIREPEER)));
        }
        List<Route> routes = new ArrayList<>();
        for (InetAddress address : InetAddress.getAllByName(server.where())) {
            routes.add(new Network(
                    address.getHostAddress(),
                    server.port(),
                    timeoutMillis,
                    idleSeconds(target),
                    intervalSeconds(target),
                    count(target)));
        }
        return routes;
    }

    /// See [Network]; so is the next.
    static int idleSeconds(ConnectionTarget target) {
        return number(target, Parameter.KEEPALIVES_IDLE, 60);
    }

    static int intervalSeconds(ConnectionTarget target) {
        return number(target, Parameter.KEEPALIVES_INTERVAL, 10);
    }

    static int count(ConnectionTarget target) {
        return number(target, Parameter.KEEPALIVES_COUNT, 6);
    }

    private static int number(ConnectionTarget target, Parameter parameter, int other) {
        Integer given = target.number(parameter);
        return given == null || given <= 0 ? other : given;
    }
}
