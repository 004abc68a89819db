package holdfast.source.postgres;

import holdfast.source.postgres.connection.Connections;
import java.io.IOException;
import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.PGStream;
import org.postgresql.core.QueryExecutorBase;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/// The bytes of a `COPY … TO STDOUT` as they come in, so that a row of 1 GB, the most that
/// PostgreSQL has, needs no more memory than another: the driver itself makes an array of every
/// row. Only data is read from the driver's stream here; all other messages are left to the driver.
/// See "COPY Operations" in PostgreSQL's chapter on the protocol. Used by one thread.
final class CopyStream {
    private static final char COPY_DATA = 'd';
    private static final int LENGTH_BYTES = 4;
    private static final byte[] NOTHING = new byte[0];

    private final PGStream stream;
    private final CopyOut copy;
    private int left;
    private byte[] given = NOTHING;
    private int at;

    private CopyStream(PGStream stream, CopyOut copy) {
        this.stream = stream;
        this.copy = copy;
    }

    /// @param statement without options
    /// @param encoding of the rows; empty for that of the database
    static CopyStream start(Connection connection, String statement, String encoding) throws SQLException {
        PGStream stream = stream(connection);
        String encoded = encoding.isEmpty()
                ? Connections.inServerEncoding(connection, statement)
                : Connections.inEncoding(encoding, statement);
        return new CopyStream(
                stream, connection.unwrap(PGConnection.class).getCopyAPI().copyOut(encoded));
    }

    /// The driver has no other way to its stream.
    private static PGStream stream(Connection connection) throws SQLException {
        try {
            Field field = QueryExecutorBase.class.getDeclaredField("pgStream");
            field.setAccessible(true);
            return (PGStream) field.get(connection.unwrap(BaseConnection.class).getQueryExecutor());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("another driver than this was built with", e);
        }
    }

    /// @return how many bytes, at least 1; -1 after the last
    /// @throws SQLException what the server said instead; of class 08 when it is gone, or silent
    ///     for too long
    int read(byte[] to) throws SQLException {
        try {
            int filled = received(to);
            return filled > 0 ? filled : given(to);
        } catch (IOException e) {
            throw new PSQLException(String.valueOf(e.getMessage()), PSQLState.CONNECTION_FAILURE, e);
        }
    }

    private int received(byte[] to) throws IOException {
        int filled = 0;
        while (filled < to.length && at == given.length) {
            if (left == 0) {
                if (stream.peekChar() != COPY_DATA) {
                    break;
                }
                stream.receiveChar();
                left = stream.receiveInteger4() - LENGTH_BYTES;
            }
            int length = Math.min(left, to.length - filled);
            stream.receive(to, filled, length);
            left -= length;
            filled += length;
        }
        return filled;
    }

    /// What the driver makes of another message: the end, or the row behind a notice.
    private int given(byte[] to) throws SQLException {
        if (at == given.length) {
            byte @Nullable [] row = copy.readFromCopy();
            if (row == null) {
                return -1;
            }
            given = row;
            at = 0;
        }
        int length = Math.min(to.length, given.length - at);
        System.arraycopy(given, at, to, 0, length);
        at += length;
        return length;
    }
}
