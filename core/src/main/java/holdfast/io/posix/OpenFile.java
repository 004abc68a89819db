package holdfast.io.posix;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;

/// A regular file, open. Positions are given with every call, so many threads may use it at once; it must not be
/// closed meanwhile.
public sealed interface OpenFile extends AutoCloseable permits LinuxFile, PortableFile {
    FileStatus status() throws IOException;

    /// Reads at most `to.remaining()` bytes; a direct buffer saves a copy.
    ///
    /// @return how many, or -1 at or beyond the end
    int read(ByteBuffer to, long position) throws IOException;

    /// Writes all of `from`; a direct buffer saves a copy.
    void write(ByteBuffer from, long position) throws IOException;

    /// Where the first data at or after `position` begins; the size of the file, if there is only a hole. Without
    /// [Capability#HOLES] everything is data.
    long nextData(long position) throws IOException;

    /// Where the first hole at or after `position` begins; the end of the file counts as one.
    long nextHole(long position) throws IOException;

    /// Cuts the file off, or lets it grow by a hole.
    void truncate(long size) throws IOException;

    /// As [OpenDirectory#setOwner].
    void setOwner(long uid, long gid) throws IOException;

    /// As [OpenDirectory#setMode].
    void setMode(int mode) throws IOException;

    /// As [OpenDirectory#setTimes]; later writing changes them again.
    void setTimes(Instant atime, Instant mtime) throws IOException;

    /// Content and attributes survive a loss of power after this.
    void force() throws IOException;

    @Override
    void close() throws IOException;
}
