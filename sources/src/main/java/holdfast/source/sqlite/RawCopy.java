package holdfast.source.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// Copies bytes from file to file as fast as the page cache gives them; runs of zeros become holes.
final class RawCopy {
    /// One megabyte was as fast as anything larger: some 4 GB/s from the page cache.
    private static final int BUFFER = 1 << 20;

    private static final int HOLE = 64 << 10;

    private RawCopy() {}

    /// Copies all of `from` into an empty file.
    ///
    /// @return how many bytes that were
    static long copy(FileChannel from, FileChannel to) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        ByteBuffer zeros = ByteBuffer.allocateDirect(HOLE);
        long position = 0;
        while (true) {
            buffer.clear();
            while (buffer.hasRemaining() && from.read(buffer, position + buffer.position()) >= 0) {
                // Short reads are legal.
            }
            if (buffer.flip().limit() == 0) {
                break;
            }
            writeSparsely(buffer, zeros, to, position);
            position += buffer.limit();
        }
        extend(to, position);
        return position;
    }

    private static void writeSparsely(ByteBuffer buffer, ByteBuffer zeros, FileChannel to, long position)
            throws IOException {
        int end = buffer.limit();
        int from = 0;
        for (int at = 0; at < end; at += HOLE) {
            int length = Math.min(HOLE, end - at);
            if (isZero(buffer, at, length, zeros)) {
                writeFully(to, buffer.slice(from, at - from), position + from);
                from = at + length;
            }
        }
        writeFully(to, buffer.slice(from, end - from), position + from);
    }

    private static boolean isZero(ByteBuffer buffer, int at, int length, ByteBuffer zeros) {
        return buffer.get(at) == 0
                && buffer.get(at + length - 1) == 0
                && buffer.slice(at, length).equals(zeros.slice(0, length));
    }

    static void writeFully(FileChannel to, ByteBuffer bytes, long position) throws IOException {
        int start = bytes.position();
        while (bytes.hasRemaining()) {
            to.write(bytes, position + bytes.position() - start);
        }
    }

    /// Makes the file at least `bytes` long; what is added is a hole.
    static void extend(FileChannel file, long bytes) throws IOException {
        if (file.size() < bytes) {
            writeFully(file, ByteBuffer.wrap(new byte[1]), bytes - 1);
        }
    }
}
