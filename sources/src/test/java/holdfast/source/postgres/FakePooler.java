package holdfast.source.postgres;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// Stands before a server that asks for no password, as PgBouncer does: answers log-ins itself, with
/// process ids of its own, and lends the server's sessions, the one used last first, for a transaction
/// or for a client's whole session. Knows no COPY into the server and no cancelling.
final class FakePooler implements AutoCloseable {
    private static final int SSL_REQUEST = 80877103;
    private static final int GSS_REQUEST = 80877104;

    private record Server(Socket socket, DataInputStream in, DataOutputStream out) {}

    private record Message(int type, byte[] body) {
        static Message read(DataInputStream in) throws IOException {
            int type = in.readUnsignedByte();
            return new Message(type, in.readNBytes(in.readInt() - Integer.BYTES));
        }

        void write(DataOutputStream out) throws IOException {
            out.writeByte(type);
            out.writeInt(body.length + Integer.BYTES);
            out.write(body);
        }
    }

    private final int serverPort;
    private final boolean byTransaction;
    private final ServerSocket listening;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final Deque<Server> idle = new ArrayDeque<>();
    private byte[] parameters = new byte[0];

    FakePooler(int serverPort, boolean byTransaction) throws IOException {
        this.serverPort = serverPort;
        this.byTransaction = byTransaction;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void serve(Socket client) {
        @Nullable Server lent = null;
        try (client) {
            DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
            DataOutputStream out = new DataOutputStream(new BufferedOutputStream(client.getOutputStream()));
            byte[] startup = logIn(in, out);
            while (true) {
                Message asked = Message.read(in);
                if (asked.type() == 'X') {
                    return;
                }
                if (lent == null) {
                    lent = borrow(startup);
                }
                asked.write(lent.out());
                if (asked.type() == 'Q' || asked.type() == 'S') {
                    lent.out().flush();
                    if (answer(lent, out) == 'I' && byTransaction) {
                        giveBack(lent);
                        lent = null;
                    }
                }
            }
        } catch (IOException _) {
            // the client has gone
        } finally {
            end(lent);
        }
    }

    private byte[] logIn(DataInputStream in, DataOutputStream out) throws IOException {
        while (true) {
            byte[] startup = in.readNBytes(in.readInt() - Integer.BYTES);
            int code = new DataInputStream(new ByteArrayInputStream(startup)).readInt();
            if (code == SSL_REQUEST || code == GSS_REQUEST) {
                out.writeByte('N');
                out.flush();
                continue;
            }
            synchronized (this) {
                if (parameters.length == 0) {
                    idle.push(connect(startup));
                }
            }
            new Message('R', new byte[Integer.BYTES]).write(out);
            out.write(parameters);
            new Message('K', new byte[] {0, 0, 0, 1, 0, 0, 0, 1}).write(out);
            new Message('Z', new byte[] {'I'}).write(out);
            out.flush();
            return startup;
        }
    }

    private synchronized Server borrow(byte[] startup) throws IOException {
        Server server = idle.poll();
        return server == null ? connect(startup) : server;
    }

    private synchronized void giveBack(Server server) {
        idle.push(server);
    }

    private Server connect(byte[] startup) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        open.add(socket);
        Server server = new Server(
                socket,
                new DataInputStream(new BufferedInputStream(socket.getInputStream())),
                new DataOutputStream(new BufferedOutputStream(socket.getOutputStream())));
        server.out().writeInt(startup.length + Integer.BYTES);
        server.out().write(startup);
        server.out().flush();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Message message = Message.read(server.in());
        while (message.type() != 'Z') {
            if (message.type() == 'S') {
                message.write(new DataOutputStream(said));
            }
            message = Message.read(server.in());
        }
        parameters = said.toByteArray();
        return server;
    }

    /// Passes on what the server says until it is ready for more.
    ///
    /// @return whether it is in a transaction then
    private static int answer(Server server, DataOutputStream out) throws IOException {
        while (true) {
            Message message = Message.read(server.in());
            message.write(out);
            if (message.type() == 'Z') {
                out.flush();
                return message.body()[0];
            }
        }
    }

    private static void end(@Nullable Server lent) {
        if (lent != null) {
            try {
                lent.socket().close();
            } catch (IOException _) {
                // gone
            }
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
