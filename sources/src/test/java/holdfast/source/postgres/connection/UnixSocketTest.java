package holdfast.source.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: what the driver asks of a socket is true of one in the file system too: bytes arrive,
/// time runs out, and whoever waits is woken when it is closed.
class UnixSocketTest {
    private static final int MANY = 8 << 20;

    @TempDir
    Path folder;

    private final ExecutorService others = Executors.newVirtualThreadPerTaskExecutor();
    private ServerSocketChannel listening;
    private Socket socket;
    private SocketChannel peer;

    @BeforeEach
    void connect() throws IOException {
        Path path = folder.resolve("socket");
        listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
        socket = new RouteSockets(new Route.Local(path, System.getProperty("user.name")).toString()).createSocket();
        peer = listening.accept();
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        peer.close();
        listening.close();
        others.close();
    }

    @Test
    void bytesArriveInBothDirectionsAtOnce() throws Exception {
        byte[] sent = new byte[MANY];
        new Random(1).nextBytes(sent);
        Future<?> echo = others.submit(() -> {
            // reads and writes nothing until the buffers in between are full
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
            while (peer.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    peer.write(buffer);
                }
                buffer.clear();
            }
            peer.shutdownOutput();
            return null;
        });
        Future<?> writing = others.submit(() -> {
            socket.getOutputStream().write(sent, 0, 1);
            socket.getOutputStream().write(sent[1]);
            socket.getOutputStream().write(sent, 2, MANY - 2);
            socket.shutdownOutput();
            return null;
        });
        byte[] received = new byte[MANY];
        received[0] = (byte) socket.getInputStream().read();
        assertThat(socket.getInputStream().readNBytes(received, 1, MANY - 1)).isEqualTo(MANY - 1);
        assertThat(Arrays.equals(received, sent)).isTrue();
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
        writing.get();
        echo.get();
    }

    @Test
    void aWriterWaitsForAReaderThatIsSlow() throws Exception {
        Future<?> writing = others.submit(() -> {
            socket.getOutputStream().write(new byte[MANY]);
            socket.close();
            return null;
        });
        assertThat(Channels.newInputStream(peer).readAllBytes()).hasSize(MANY);
        writing.get();
    }

    @Test
    void readingTakesNoLongerThanAllowed() throws IOException {
        socket.setSoTimeout(20);
        assertThat(socket.getSoTimeout()).isEqualTo(20);
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        peer.write(ByteBuffer.wrap(new byte[] {(byte) 200}));
        assertThat(socket.getInputStream().read()).isEqualTo(200);
        socket.setSoTimeout(0);
        peer.close();
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void closingWakesWhoeverReads() throws Exception {
        assertWoken(() -> socket.getInputStream().read());
    }

    @Test
    void closingWakesWhoeverWrites() throws Exception {
        assertWoken(() -> {
            socket.getOutputStream().write(new byte[MANY]);
            return 0;
        });
    }

    private void assertWoken(Callable<Integer> waiting) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Future<Integer> other = others.submit(() -> {
            begun.countDown();
            return waiting.call();
        });
        begun.await();
        socket.close();
        assertThat(socket.isClosed()).isTrue();
        assertThatThrownBy(other::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
    }

    @Test
    void aPeerThatIsSomebodyElseIsRefused() {
        Path path = folder.resolve("socket");
        assertThatThrownBy(() -> new Route.Local(path, "somebody").open())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("requirepeer");
    }

    @Test
    void whatTheDriverSetsAndAsksHasAnAnswer() throws IOException {
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
        socket.setSendBufferSize(1 << 16);
        socket.setReceiveBufferSize(1 << 16);
        assertThat(socket.getSendBufferSize()).isPositive();
        assertThat(socket.getReceiveBufferSize()).isPositive();
        assertThat(socket.isConnected()).isTrue();
        assertThat(socket.isClosed()).isFalse();
    }

    @Test
    void aRouteIsTheSameAfterItWasAProperty() {
        for (Route route : new Route[] {
            new Route.Local(Path.of("/a b/c"), ""),
            new Route.Local(Path.of("/a b/c"), "some body"),
            new Route.Network("10.0.0.1", 5432, 1, 2, 3, 4),
            new Route.Network("0:0:0:0:0:0:0:1", 1, 0, 0, 0, 0)
        }) {
            assertThat(Route.of(route.toString())).isEqualTo(route);
        }
    }
}
