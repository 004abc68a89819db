package holdfast.io.posix;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;

/// A regular file behind a channel; its attributes are those of its path.
final class PortableFile implements OpenFile {
    private final FileChannel channel;
    private final Path path;

    PortableFile(FileChannel channel, Path path) {
        this.channel = channel;
        this.path = path;
    }

    @Override
    public FileStatus status() throws IOException {
        return PortableAttributes.status(path);
    }

    @Override
    public int read(ByteBuffer to, long position) throws IOException {
        return channel.read(to, position);
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
        long next = position;
        while (from.hasRemaining()) {
            next += channel.write(from, next);
        }
    }

    @Override
    public long nextData(long position) {
        return position;
    }

    @Override
    public long nextHole(long position) throws IOException {
        return Math.max(position, channel.size());
    }

    @Override
    public void truncate(long size) throws IOException {
        long now = channel.size();
        if (size < now) {
            channel.truncate(size);
        } else if (size > now) {
            write(ByteBuffer.allocate(1), size - 1);
        }
    }

    @Override
    public void setOwner(long uid, long gid) throws IOException {
        PortableAttributes.setOwner(path, uid, gid);
    }

    @Override
    public void setMode(int mode) throws IOException {
        PortableAttributes.setMode(path, mode);
    }

    @Override
    public void setTimes(Instant atime, Instant mtime) throws IOException {
        PortableAttributes.setTimes(path, atime, mtime);
    }

    @Override
    public void force() throws IOException {
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
