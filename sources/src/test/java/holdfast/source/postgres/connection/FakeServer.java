package holdfast.source.postgres.connection;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Something that listens at a port of its own and is no PostgreSQL of today. Each connection has
/// a thread.
final class FakeServer implements AutoCloseable {
    /// What it does with a connection.
    interface Behaviour {
        void serve(DataInputStream in, DataOutputStream out) throws IOException;
    }

    private static final int ENCRYPTION_REQUEST = 80877103;

    private final ServerSocket listening;
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    FakeServer(Behaviour behaviour) throws IOException {
        listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> accept(behaviour));
    }

    private void accept(Behaviour behaviour) {
        try {
            while (true) {
                Socket socket = listening.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket, behaviour));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private static void serve(Socket socket, Behaviour behaviour) {
        try (socket) {
            behaviour.serve(
                    new DataInputStream(new BufferedInputStream(socket.getInputStream())),
                    new DataOutputStream(socket.getOutputStream()));
        } catch (IOException _) {
            // the client has gone
        }
    }

    int port() {
        return listening.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    /// Says nothing, ever.
    static void silent(DataInputStream in, DataOutputStream out) throws IOException {
        in.readAllBytes();
    }

    /// Answers as a web server does.
    static void web(DataInputStream in, DataOutputStream out) throws IOException {
        in.readInt();
        out.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    /// Hangs up at once.
    static void hangsUp(DataInputStream in, DataOutputStream out) {}

    /// Lets everybody in without encryption, and says it is PostgreSQL 12.3.
    static void old(DataInputStream in, DataOutputStream out) throws IOException {
        if (!begin(in, out)) {
            return;
        }
        out.write(new byte[] {'R', 0, 0, 0, 8, 0, 0, 0, 0});
        parameter(out, "server_version", "12.3");
        parameter(out, "client_encoding", "UTF8");
        parameter(out, "DateStyle", "ISO, MDY");
        parameter(out, "standard_conforming_strings", "on");
        out.write(new byte[] {'Z', 0, 0, 0, 5, 'I'});
        in.readAllBytes();
    }

    /// Refuses every log-in with an error of a given code.
    static Behaviour failing(String sqlState, String message) {
        return (in, out) -> {
            if (!begin(in, out)) {
                return;
            }
            byte[] text = ("SFATAL\0VFATAL\0C" + sqlState + "\0M" + message + "\0\0").getBytes(StandardCharsets.UTF_8);
            out.write('E');
            out.writeInt(text.length + 4);
            out.write(text);
            in.readAllBytes();
        };
    }

    /// Agrees to encrypt, and then does not know how; refuses every log-in in clear.
    static Behaviour breakingEncryption(String sqlState, String message) {
        return (in, out) -> {
            in.mark(8);
            in.readInt();
            boolean encryption = in.readInt() == ENCRYPTION_REQUEST;
            in.reset();
            if (encryption) {
                in.readLong();
                out.write('S');
                out.write("no TLS at all".getBytes(StandardCharsets.US_ASCII));
            } else {
                failing(sqlState, message).serve(in, out);
            }
        };
    }

    /// Reads the first packet; says no to encryption.
    private static boolean begin(DataInputStream in, DataOutputStream out) throws IOException {
        int length = in.readInt();
        int code = in.readInt();
        in.skipNBytes(length - 8);
        if (code == ENCRYPTION_REQUEST) {
            out.write('N');
            return begin(in, out);
        }
        return code == 3 << 16;
    }

    private static void parameter(DataOutputStream out, String name, String value) throws IOException {
        byte[] text = (name + "\0" + value + "\0").getBytes(StandardCharsets.UTF_8);
        out.write('S');
        out.writeInt(text.length + 4);
        out.write(text);
    }
}
