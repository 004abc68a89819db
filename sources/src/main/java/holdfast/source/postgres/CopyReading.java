package holdfast.source.postgres;

import holdfast.model.FingerprintSum;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.source.FileContent;
import holdfast.source.postgres.rows.RowDigest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One `COPY … TO STDOUT`, read once. When its connection breaks it goes on over another one: in
/// the same snapshot the same statement gives the same bytes, so what was read already is passed
/// over. Used by one thread.
final class CopyReading implements FileContent.Reading {
    /// What is read.
    ///
    /// @param table as messages name it
    /// @param repeatable whether the statement gives the same bytes again; what lies on another
    ///     server is in no snapshot
    record Rows(String table, String statement, boolean repeatable) {}

    private static final int BUFFER = 1 << 16;

    private final Readers readers;
    private final Rows rows;
    private final Node node;
    private final byte[] ending;
    private final Consumer<FingerprintSum> result;
    private final RowDigest digest = new RowDigest();
    private final Attempts attempts;

    private Readers.@Nullable Reader reader;
    private @Nullable CopyStream copy;
    private byte[] buffer = new byte[BUFFER];
    private int filled;
    private int at;
    private long delivered;
    private long toSkip;
    private boolean rowsDone;
    private boolean done;

    /// @param ending follows the rows; not part of any
    /// @param result told of the rows when all have been read
    CopyReading(Readers readers, Rows rows, Node node, byte[] ending, Consumer<FingerprintSum> result) {
        this.readers = readers;
        this.rows = rows;
        this.node = node;
        this.ending = ending;
        this.result = result;
        this.attempts = new Attempts(readers::snapshotHeld, "the rows of " + rows.table());
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        int start = to.position();
        while (to.hasRemaining() && !done) {
            if (at == filled) {
                next();
            } else {
                int length = Math.min(to.remaining(), filled - at);
                to.put(buffer, at, length);
                at += length;
            }
        }
        return to.position() > start ? to.position() - start : done ? -1 : 0;
    }

    private void next() throws IOException {
        at = 0;
        filled = 0;
        if (rowsDone) {
            done = true;
            return;
        }
        int received = receive();
        if (received < 0) {
            rowsDone = true;
            buffer = ending;
            filled = ending.length;
            release();
            result.accept(digest.sum());
            return;
        }
        filled = received;
        if (toSkip > 0) {
            at = (int) Math.min(toSkip, received);
            toSkip -= at;
        }
        delivered += filled - at;
        digest.add(buffer, at, filled - at);
    }

    private int receive() throws IOException {
        while (true) {
            try {
                CopyStream open = copy;
                if (open == null) {
                    reader = readers.take();
                    open = reader.copy(rows.statement());
                    copy = open;
                    toSkip = delivered;
                }
                return open.read(buffer);
            } catch (SQLException | HoldfastException.PreCheckFailed e) { // broken, or nobody there to connect to
                discard();
                RowTooLarge.check(e, rows.table());
                attempts.failed(e, delivered == 0 || rows.repeatable());
            }
        }
    }

    private void discard() {
        Readers.Reader broken = reader;
        reader = null;
        copy = null;
        if (broken != null) {
            broken.discard();
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
        discard();
    }
}
