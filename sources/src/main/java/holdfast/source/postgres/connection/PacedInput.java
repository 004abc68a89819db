package holdfast.source.postgres.connection;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.locks.LockSupport;

/// What comes in over a connection, taken in large pieces while there is much of it. PostgreSQL
/// sends 8 KiB at a time, and to be woken up for each costs server and client more than the bytes
/// do; so within a long answer, whoever has read all there was waits a moment for more to come in.
/// Short answers are never kept waiting. Used by one thread at a time; what is written may come
/// from another one.
final class PacedInput extends FilterInputStream {
    /// An answer of so many bytes is long.
    static final int LONG_ANSWER = 1 << 20;
    /// A piece of so many bytes is worth a call; a socket on the same machine holds some 200 KiB.
    private static final int WORTH = 64 << 10;

    private static final long NAP_NANOS = 300_000;

    private final Runnable nap;
    private volatile boolean asked;
    private long answered;
    private int last = WORTH;

    PacedInput(InputStream in) {
        this(in, () -> LockSupport.parkNanos(NAP_NANOS));
    }

    /// @param nap how to wait a moment
    PacedInput(InputStream in, Runnable nap) {
        super(in);
        this.nap = nap;
    }

    /// The other direction: what is written there begins a new answer.
    OutputStream questions(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void write(int one) throws IOException {
                asked = true;
                out.write(one);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                asked = true;
                out.write(bytes, offset, length);
            }
        };
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (asked) {
            asked = false;
            answered = 0;
        }
        if (answered >= LONG_ANSWER && last < WORTH) {
            nap.run();
        }
        last = in.read(bytes, offset, length);
        answered += last;
        return last;
    }
}
