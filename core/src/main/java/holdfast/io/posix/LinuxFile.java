package holdfast.io.posix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import holdfast.io.posix.Architecture.Call;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.time.Instant;

/// A regular file behind a descriptor.
final class LinuxFile implements OpenFile {
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int ADVICE_SEQUENTIAL = 2;
    /// Bytes at a time through a buffer that is not direct.
    private static final int PIECE = 1 << 18;

    private final Descriptor descriptor;
    private final Location at;

    LinuxFile(Descriptor descriptor, Location at) {
        this.descriptor = descriptor;
        this.at = at;
    }

    /// Tells the kernel to read further ahead.
    void readAhead() throws IOException {
        call(Call.FADVISE, 0, 0, ADVICE_SEQUENTIAL);
    }

    @Override
    public FileStatus status() throws IOException {
        return Status.of(descriptor.number(), at);
    }

    @Override
    public int read(ByteBuffer to, long position) throws IOException {
        if (!to.hasRemaining()) {
            return 0;
        }
        if (to.isDirect()) {
            return readDirect(to, position);
        }
        int most = Math.min(to.remaining(), PIECE);
        try (Kernel kernel = new Kernel()) {
            ByteBuffer piece = kernel.memory(most).asByteBuffer();
            int read = readDirect(piece, position);
            to.put(piece.flip());
            return read;
        }
    }

    private int readDirect(ByteBuffer to, long position) throws IOException {
        int read = (int) move(Call.PREAD, to, position);
        to.position(to.position() + read);
        return read == 0 ? -1 : read;
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
        if (from.isDirect()) {
            writeDirect(from, position);
            return;
        }
        try (Kernel kernel = new Kernel()) {
            ByteBuffer piece = kernel.memory(Math.min(from.remaining(), PIECE)).asByteBuffer();
            long next = position;
            while (from.hasRemaining()) {
                int bytes = Math.min(from.remaining(), piece.capacity());
                piece.clear().put(from.slice(from.position(), bytes));
                writeDirect(piece.flip(), next);
                from.position(from.position() + bytes);
                next += bytes;
            }
        }
    }

    private void writeDirect(ByteBuffer from, long position) throws IOException {
        long next = position;
        while (from.hasRemaining()) {
            int written = (int) move(Call.PWRITE, from, next);
            from.position(from.position() + written);
            next += written;
        }
    }

    /// `pread` or `pwrite` of what remains in a direct buffer.
    private long move(Call call, ByteBuffer direct, long position) throws IOException {
        try {
            MemorySegment bytes = MemorySegment.ofBuffer(direct);
            return call(call, bytes.address(), bytes.byteSize(), position);
        } finally {
            Reference.reachabilityFence(direct);
        }
    }

    @Override
    public long nextData(long position) throws IOException {
        return next(position, SEEK_DATA);
    }

    @Override
    public long nextHole(long position) throws IOException {
        return next(position, SEEK_HOLE);
    }

    /// Beyond the last data the kernel answers `ENXIO`; a file system that knows of no holes answers `EINVAL` or has
    /// the whole file as data.
    private long next(long position, int whence) throws IOException {
        try (Kernel kernel = new Kernel()) {
            long found = kernel.call(Call.LSEEK, descriptor.number(), position, whence);
            if (found == -SystemErrors.NO_SUCH_ADDRESS) {
                return Math.max(position, status().size());
            }
            if (found == -SystemErrors.INVALID || found == -SystemErrors.NOT_SUPPORTED) {
                return whence == SEEK_DATA ? position : Math.max(position, status().size());
            }
            return Kernel.check(found, at);
        }
    }

    @Override
    public void truncate(long size) throws IOException {
        call(Call.FTRUNCATE, size, 0, 0);
    }

    @Override
    public void setOwner(long uid, long gid) throws IOException {
        call(Call.FCHOWN, uid, gid, 0);
    }

    @Override
    public void setMode(int mode) throws IOException {
        call(Call.FCHMOD, mode & 07777, 0, 0);
    }

    @Override
    public void setTimes(Instant atime, Instant mtime) throws IOException {
        try (Kernel kernel = new Kernel()) {
            long times = times(kernel, atime, mtime).address();
            Kernel.check(kernel.call(Call.UTIMENSAT, descriptor.number(), 0, times, 0), at);
        }
    }

    /// Two `struct timespec`.
    static MemorySegment times(Kernel kernel, Instant atime, Instant mtime) {
        MemorySegment times = kernel.memory(32);
        times.set(JAVA_LONG, 0, atime.getEpochSecond());
        times.set(JAVA_LONG, 8, atime.getNano());
        times.set(JAVA_LONG, 16, mtime.getEpochSecond());
        times.set(JAVA_LONG, 24, mtime.getNano());
        return times;
    }

    @Override
    public void force() throws IOException {
        call(Call.FSYNC, 0, 0, 0);
    }

    private long call(Call call, long b, long c, long d) throws IOException {
        try (Kernel kernel = new Kernel()) {
            return Kernel.check(kernel.call(call, descriptor.number(), b, c, d), at);
        }
    }

    @Override
    public void close() throws IOException {
        descriptor.close(at);
    }
}
