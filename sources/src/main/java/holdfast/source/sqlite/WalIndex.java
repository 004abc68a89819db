package holdfast.source.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Optional;

/// What the wal-index, the shared memory beside a database in WAL mode, says of the write-ahead log: how much
/// of it is committed (sqlite.org/walformat.html section 2). Only to be trusted while one holds a read
/// transaction whose connection could write the wal-index, for a read-only connection may have found one that
/// a dead process left.
///
/// @param pageSize of the log's frames
/// @param frames number of committed frames; 0 means that the log is empty or to be ignored
/// @param pages size of the database after the last of them
/// @param checksum1 first half of the last committed frame's checksum, which covers all frames before it
/// @param checksum2 its second half
/// @param salt the log's two salts as they stand in its header; new ones begin a new generation of frames
/// @param backfilled number of frames that checkpoints have dealt with: each page's newest frame is in the
///     database file if it is among these
record WalIndex(int pageSize, long frames, long pages, int checksum1, int checksum2, long salt, long backfilled) {
    private static final int VERSION = 3007000;
    private static final int HEADER = 48;
    private static final int CHECKED = 40;
    private static final int ATTEMPTS = 200;
    private static final Duration RETRY = Duration.ofMillis(1);

    /// Reads the committed state. A writer may be just storing a new one; then it is read again, for up to a
    /// fifth of a second.
    ///
    /// @return empty when it stays unreadable or has a version that this does not know
    static Optional<WalIndex> read(FileChannel sharedMemory) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            ByteBuffer both = SqliteFiles.read(sharedMemory, 0, 2 * HEADER).order(ByteOrder.nativeOrder());
            // Read after the header: a writer that begins the log anew stores the header first and resets
            // this number after it, but before the first frame is committed. So of a header with frames it is
            // the right one, or 0.
            ByteBuffer backfilled =
                    SqliteFiles.read(sharedMemory, 2 * HEADER, 4).order(ByteOrder.nativeOrder());
            // Written last to first, so equal copies whose checksum holds were written as a whole.
            if (both.limit() == 2 * HEADER
                    && both.slice(0, HEADER).equals(both.slice(HEADER, HEADER))
                    && checksumHolds(both)
                    && backfilled.limit() == 4) {
                return parse(both, backfilled.getInt(0) & 0xffffffffL);
            }
            Pause.of(RETRY);
        }
        return Optional.empty();
    }

    private static Optional<WalIndex> parse(ByteBuffer at, long backfilled) {
        boolean initialised = at.get(12) == 1;
        if (at.getInt(0) != VERSION || !initialised) {
            return Optional.empty();
        }
        int size = at.getShort(14) & 0xffff;
        long frames = at.getInt(16) & 0xffffffffL;
        return Optional.of(new WalIndex(
                (size & 0xfe00) + ((size & 1) << 16),
                frames,
                at.getInt(20) & 0xffffffffL,
                at.getInt(24),
                at.getInt(28),
                at.duplicate().order(ByteOrder.BIG_ENDIAN).getLong(32),
                backfilled <= frames ? backfilled : 0));
    }

    /// The first frame that need not be in the database file, 1 at least, when this was read before the file
    /// was copied and `later` after it.
    long firstToLayOver(WalIndex later) {
        return salt == later.salt ? backfilled + 1 : 1;
    }

    private static boolean checksumHolds(ByteBuffer header) {
        WalChecksum sum = new WalChecksum(ByteOrder.nativeOrder());
        sum.add(header, 0, CHECKED);
        return sum.first() == header.getInt(40) && sum.second() == header.getInt(44);
    }
}
