package holdfast.source.postgres;

import holdfast.model.FingerprintSum;
import holdfast.model.Node;
import holdfast.source.FileContent;
import holdfast.source.postgres.rows.RowDigest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyOut;

/// One `COPY … TO STDOUT`, read once. When its connection breaks it goes on over another one: in
/// the same snapshot the same statement gives the same bytes, so what was read already is passed
/// over. Used by one thread.
final class CopyReading implements FileContent.Reading {
    private static final int ATTEMPTS = 4;

    private final Readers readers;
    private final String statement;
    private final Node node;
    private final byte[] ending;
    private final Consumer<FingerprintSum> result;
    private final RowDigest digest = new RowDigest();

    private Readers.@Nullable Reader reader;
    private @Nullable CopyOut copy;
    private byte[] row = new byte[0];
    private int at;
    private long delivered;
    private long toSkip;
    private int attempt;
    private boolean rowsDone;
    private boolean done;

    /// @param ending follows the rows; not part of any
    /// @param result told of the rows when all have been read
    CopyReading(Readers readers, String statement, Node node, byte[] ending, Consumer<FingerprintSum> result) {
        this.readers = readers;
        this.statement = statement;
        this.node = node;
        this.ending = ending;
        this.result = result;
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        int start = to.position();
        while (to.hasRemaining() && !done) {
            if (at == row.length) {
                next();
            } else {
                int length = Math.min(to.remaining(), row.length - at);
                to.put(row, at, length);
                at += length;
            }
        }
        return to.position() > start ? to.position() - start : done ? -1 : 0;
    }

    private void next() throws IOException {
        at = 0;
        if (rowsDone) {
            row = new byte[0];
            done = true;
            return;
        }
        byte[] received = receive();
        if (received == null) {
            rowsDone = true;
            row = ending;
            release();
            result.accept(digest.sum());
            return;
        }
        row = received;
        if (toSkip > 0) {
            int skipped = (int) Math.min(toSkip, row.length);
            toSkip -= skipped;
            at = skipped;
            return;
        }
        delivered += row.length;
        digest.add(row, 0, row.length);
    }

    private byte @Nullable [] receive() throws IOException {
        while (true) {
            try {
                CopyOut open = copy;
                if (open == null) {
                    reader = readers.take();
                    open = reader.copy(statement);
                    copy = open;
                    toSkip = delivered;
                }
                return open.readFromCopy();
            } catch (SQLException e) {
                retry(e);
            }
        }
    }

    private void retry(SQLException cause) throws IOException {
        Readers.Reader broken = reader;
        reader = null;
        copy = null;
        if (broken != null) {
            broken.discard();
        }
        attempt++;
        if (attempt >= ATTEMPTS || !Readers.connectionLost(cause)) {
            throw new IOException(cause.getMessage(), cause);
        }
    }

    private void release() {
        Readers.Reader held = reader;
        reader = null;
        copy = null;
        if (held != null) {
            held.giveBack();
        }
    }

    @Override
    public Node finished() {
        return node;
    }

    @Override
    public void close() {
        Readers.Reader held = reader;
        reader = null;
        if (held != null) {
            held.discard();
        }
    }
}
