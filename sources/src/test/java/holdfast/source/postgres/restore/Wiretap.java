package holdfast.source.postgres.restore;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Stands between a client and a server on this machine and keeps all that the client sends. The
/// server says nothing without being asked, so one direction is enough to listen to.
final class Wiretap implements AutoCloseable {
    private final ServerSocket listener;
    private final int server;
    private final List<ByteArrayOutputStream> heard = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    Wiretap(int server) throws IOException {
        this.server = server;
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /// Everything that all clients sent so far, connection by connection.
    String sent() {
        StringBuilder all = new StringBuilder();
        heard.forEach(one -> all.append(one.toString(StandardCharsets.UTF_8)).append('\n'));
        return all.toString();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket behind = new Socket(InetAddress.getLoopbackAddress(), server);
                sockets.addAll(List.of(client, behind));
                ByteArrayOutputStream ear = new ByteArrayOutputStream();
                heard.add(ear);
                Thread.ofVirtual().start(() -> pass(client, behind, ear));
                Thread.ofVirtual().start(() -> pass(behind, client, OutputStream.nullOutputStream()));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private static void pass(Socket from, Socket to, OutputStream ear) {
        byte[] buffer = new byte[1 << 16];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                ear.write(buffer, 0, length);
                to.getOutputStream().write(buffer, 0, length);
            }
        } catch (IOException _) {
            // one side has gone
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
