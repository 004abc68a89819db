package holdfast.source.postgres.connection;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/// A TCP socket that takes in one call of the kernel all that has come in: the driver itself asks
/// for 8 KiB at a time, and TLS for less. As safe for use by many threads as any socket.
final class BufferedSocket extends Socket {
    /// In bytes.
    static final int READ_AHEAD = 128 << 10;

    private @Nullable PacedInput paced;
    private @Nullable InputStream input;

    @Override
    public synchronized InputStream getInputStream() throws IOException {
        InputStream buffered = input;
        if (buffered == null) {
            buffered = new BufferedInputStream(paced(), READ_AHEAD);
            input = buffered;
        }
        return buffered;
    }

    private PacedInput paced() throws IOException {
        PacedInput made = paced;
        if (made == null) {
            made = new PacedInput(super.getInputStream());
            paced = made;
        }
        return made;
    }

    @Override
    public synchronized OutputStream getOutputStream() throws IOException {
        return paced().questions(super.getOutputStream());
    }
}
