package holdfast.systest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A network between a program and a server on this machine: what goes through it can be cut,
/// reset, slowed down and frozen. Listens on loopback. Safe for use by many threads.
final class FaultyLink implements AutoCloseable {
    private static final int BUFFER = 16 << 10;

    private final int server;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicLong untilCut = new AtomicLong(Long.MAX_VALUE);
    private final AtomicInteger cuts = new AtomicInteger();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong untilSentCut = new AtomicLong(Long.MAX_VALUE);
    private final Semaphore open = new Semaphore(Integer.MAX_VALUE);
    private volatile long bytesPerSecond = Long.MAX_VALUE;
    private volatile boolean reset;
    private volatile boolean forGood;

    /// @param server port on 127.0.0.1
    FaultyLink(int server) throws IOException {
        this.server = server;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /// The connection over which the server has sent so many more bytes, on all connections
    /// together, is closed.
    FaultyLink cutAfter(long bytes) {
        untilCut.set(received.get() + bytes);
        return this;
    }

    /// The connection over which the program has sent so many more bytes, on all connections
    /// together, is closed.
    FaultyLink cutAfterSent(long bytes) {
        untilSentCut.set(sent.get() + bytes);
        return this;
    }

    /// A cut ends all connections, and there are no new ones.
    FaultyLink forGood() {
        forGood = true;
        return this;
    }

    /// All connections that there are now are closed; new ones are taken.
    void cutAll() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
        cuts.incrementAndGet();
    }

    /// A cut is a reset (RST) instead of an orderly end.
    FaultyLink byReset() {
        reset = true;
        return this;
    }

    /// Of what the server sends, on each connection.
    FaultyLink limit(long perSecond) {
        bytesPerSecond = perSecond;
        return this;
    }

    /// Nothing goes through any more, and nobody is told; connections are still taken.
    void freeze() {
        open.drainPermits();
    }

    /// How many connections were cut.
    int cuts() {
        return cuts.get();
    }

    /// Bytes the program has sent, on all connections together.
    long sent() {
        return sent.get();
    }

    /// Bytes the server has sent, on all connections together.
    long received() {
        return received.get();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                sockets.add(client);
                connect(client);
            } catch (IOException _) {
                // the end
            }
        }
    }

    private void connect(Socket client) throws IOException {
        Socket behind = new Socket();
        sockets.add(behind);
        try {
            behind.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server));
            // or each answer waits for the acknowledgement of the one before it
            client.setTcpNoDelay(true);
            behind.setTcpNoDelay(true);
        } catch (IOException _) {
            client.close(); // nobody behind: as if it had been refused
            return;
        }
        Thread.ofVirtual().start(() -> pump(client, behind, false));
        Thread.ofVirtual().start(() -> pump(behind, client, true));
    }

    private void pump(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[BUFFER];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            while (true) {
                int length = in.read(buffer);
                if (length < 0) {
                    return;
                }
                open.acquire();
                open.release();
                AtomicLong until = answers ? untilCut : untilSentCut;
                if ((answers ? received : sent).addAndGet(length) >= until.get()) {
                    until.set(Long.MAX_VALUE);
                    cuts.incrementAndGet();
                    end(from, to);
                    return;
                }
                out.write(buffer, 0, length);
                if (answers && bytesPerSecond != Long.MAX_VALUE) {
                    Thread.sleep(length * 1000L / bytesPerSecond);
                }
            }
        } catch (IOException _) {
            // one of the two has ended
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void end(Socket from, Socket to) throws IOException {
        if (reset) {
            from.setOption(StandardSocketOptions.SO_LINGER, 0);
            to.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        if (forGood) {
            close();
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
