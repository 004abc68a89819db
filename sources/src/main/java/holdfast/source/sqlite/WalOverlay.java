package holdfast.source.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/// Lays the committed frames of a write-ahead log over a copy of its database (sqlite.org/fileformat2.html
/// section 4).
///
/// Every frame is checked in the very bytes that are then written, and the chain must end in the checksum
/// that the wal-index gives for its last committed frame. So what was laid over is exactly what SQLite
/// regards as committed, or this fails: a log that was begun anew meanwhile, a frame half written, a frame of
/// an older generation and a frame of a transaction that was never committed all break the chain or lie
/// beyond its end.
final class WalOverlay {
    static final int HEADER = 32;
    static final int FRAME_HEADER = 24;

    private static final int MAGIC = 0x377f0682;
    private static final int FORMAT = 3007000;
    private static final int BUFFER = 1 << 20;

    private final FileChannel wal;
    private final WalIndex index;
    private final FileChannel database;
    private final int frameBytes;
    private WalChecksum sum;

    private WalOverlay(FileChannel wal, WalIndex index, FileChannel database, WalChecksum sum) {
        this.wal = wal;
        this.index = index;
        this.database = database;
        this.sum = sum;
        this.frameBytes = FRAME_HEADER + index.pageSize();
    }

    /// Brings `database` to the state after the last committed frame: contents and size.
    ///
    /// @param first the first frame to lay over, at least 1; all before it are in `database` already
    /// @return how many frames were laid over
    /// @throws MovedException when the log is not, or no longer, the one that the index describes
    static long apply(FileChannel wal, WalIndex index, long first, FileChannel database) throws IOException {
        long frames = Math.max(0, index.frames() - first + 1);
        if (frames > 0) {
            WalChecksum sum = checkHeader(SqliteFiles.read(wal, 0, HEADER), index);
            WalOverlay overlay = new WalOverlay(wal, index, database, sum);
            if (first > 1) {
                overlay.continueAfter(first - 1);
            }
            overlay.frames(first - 1);
        }
        long bytes = index.pages() * index.pageSize();
        RawCopy.extend(database, bytes);
        database.truncate(bytes);
        return frames;
    }

    /// Takes the chain up behind a frame, with the checksum that the frame itself gives. Whether that was
    /// right shows at the end of the chain.
    private void continueAfter(long frame) throws IOException {
        ByteBuffer header = SqliteFiles.read(wal, HEADER + (frame - 1) * frameBytes, FRAME_HEADER);
        if (header.limit() < FRAME_HEADER || header.getLong(8) != index.salt()) {
            throw new MovedException("a frame is not of this write-ahead log");
        }
        sum = sum.continuing(header.getInt(16), header.getInt(20));
    }

    private static WalChecksum checkHeader(ByteBuffer header, WalIndex index) throws MovedException {
        if (header.limit() < HEADER) {
            throw new MovedException("the write-ahead log is empty");
        }
        int magic = header.getInt(0);
        WalChecksum sum = new WalChecksum((magic & 1) == 1 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        sum.add(header, 0, FRAME_HEADER);
        boolean known = (magic & ~1) == MAGIC && header.getInt(4) == FORMAT;
        if (!known || sum.first() != header.getInt(24) || sum.second() != header.getInt(28)) {
            throw new MovedException("the write-ahead log's header is not valid");
        }
        if (header.getInt(8) != index.pageSize() || header.getLong(16) != index.salt()) {
            throw new MovedException("the write-ahead log was begun anew");
        }
        return sum;
    }

    private void frames(long done) throws IOException {
        int framesAtOnce = Math.max(1, BUFFER / frameBytes);
        ByteBuffer buffer = ByteBuffer.allocateDirect(framesAtOnce * frameBytes);
        long next = done;
        int lastSize = 0;
        while (next < index.frames()) {
            int wanted = (int) Math.min(framesAtOnce, index.frames() - next);
            readFully(buffer.clear().limit(wanted * frameBytes), HEADER + next * frameBytes);
            for (int at = 0; at < buffer.limit(); at += frameBytes) {
                lastSize = frame(buffer, at);
            }
            next += wanted;
        }
        if (sum.first() != index.checksum1() || sum.second() != index.checksum2() || lastSize != (int) index.pages()) {
            throw new MovedException("the write-ahead log does not end as its index says");
        }
    }

    private void readFully(ByteBuffer buffer, long position) throws IOException {
        while (buffer.hasRemaining()) {
            if (wal.read(buffer, position + buffer.position()) < 0) {
                throw new MovedException("the write-ahead log is shorter than its index says");
            }
        }
    }

    /// @return the size of the database in pages if the frame ends a transaction, else 0
    private int frame(ByteBuffer buffer, int at) throws IOException {
        int page = buffer.getInt(at);
        if (page == 0 || buffer.getLong(at + 8) != index.salt()) {
            throw new MovedException("a frame is not of this write-ahead log");
        }
        sum.add(buffer, at, 8);
        sum.add(buffer, at + FRAME_HEADER, index.pageSize());
        if (sum.first() != buffer.getInt(at + 16) || sum.second() != buffer.getInt(at + 20)) {
            throw new MovedException("the checksum of a frame does not hold");
        }
        long number = page & 0xffffffffL;
        if (number <= index.pages()) {
            ByteBuffer content = buffer.slice(at + FRAME_HEADER, index.pageSize());
            RawCopy.writeFully(database, content, (number - 1) * index.pageSize());
        }
        return buffer.getInt(at + 4);
    }
}
