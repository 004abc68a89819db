package holdfast.source.postgres;

import holdfast.model.FingerprintSum;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.source.FileContent;
import holdfast.source.postgres.rows.RowDigest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

/// One large object, read once. When its connection breaks it goes on over another one, from where
/// it was: in the same snapshot the object is the same. Used by one thread.
final class ObjectReading implements FileContent.Reading {
    private static final int BUFFER = 64 << 10;

    private final Readers readers;
    private final long oid;
    private final Node node;
    private final Consumer<FingerprintSum> result;
    private final Attempts attempts;
    private final RowDigest digest = new RowDigest();
    private final byte[] buffer = new byte[BUFFER];

    private Readers.@Nullable Reader reader;
    private @Nullable LargeObject object;
    private long at;
    private boolean done;

    /// @param result told of the object when it has been read: a row of its number, a line feed,
    ///     and its content
    ObjectReading(Readers readers, long oid, Node node, Consumer<FingerprintSum> result) {
        this.readers = readers;
        this.oid = oid;
        this.node = node;
        this.result = result;
        this.attempts = new Attempts(readers::snapshotHeld, "the bytes of large object " + oid);
        byte[] number = (oid + "\n").getBytes(StandardCharsets.US_ASCII);
        digest.piece(number, number.length);
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        while (!done && to.hasRemaining()) {
            try {
                LargeObject open = open();
                int length = open.read(buffer, 0, Math.min(buffer.length, to.remaining()));
                if (length > 0) {
                    to.put(buffer, 0, length);
                    digest.piece(buffer, length);
                    at += length;
                    return length;
                }
                open.close();
                finish();
            } catch (SQLException | HoldfastException.PreCheckFailed e) { // broken, or nobody there to connect to
                discard();
                attempts.failed(e, true);
            }
        }
        return done ? -1 : 0;
    }

    private LargeObject open() throws IOException, SQLException {
        LargeObject open = object;
        if (open == null) {
            Readers.Reader taken = readers.take();
            reader = taken;
            open = taken.connection()
                    .unwrap(PGConnection.class)
                    .getLargeObjectAPI()
                    .open(oid, LargeObjectManager.READ);
            if (at > 0) {
                open.seek64(at, LargeObject.SEEK_SET);
            }
            object = open;
        }
        return open;
    }

    private void finish() {
        Readers.Reader held = reader;
        reader = null;
        object = null;
        done = true;
        if (held != null) {
            held.giveBack();
        }
        digest.endRow();
        result.accept(digest.sum());
    }

    private void discard() {
        Readers.Reader broken = reader;
        reader = null;
        object = null;
        if (broken != null) {
            broken.discard();
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
