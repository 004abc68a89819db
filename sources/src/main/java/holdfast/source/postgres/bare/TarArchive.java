package holdfast.source.postgres.bare;

import holdfast.model.CheckResult;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.archive.TocReader;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `pg_dump`'s tar format: the files of the directory format as a POSIX tar, the table of
/// contents first, and a script `restore.sql`. See PostgreSQL's `pg_backup_tar.c`. Used by one
/// thread.
final class TarArchive {
    private static final int BLOCK = 512;
    private static final int SIZE_AT = 124;
    private static final int CHECKSUM_AT = 148;

    private final InputStream in;
    private final List<CheckResult> checks;

    TarArchive(InputStream in, List<CheckResult> checks) {
        this.in = in;
        this.checks = checks;
    }

    /// @param name of a member
    private record Header(String name, long bytes) {}

    void check() throws IOException {
        Header first = header();
        if (first == null || !first.name().equals(TableOfContents.NAME)) {
            throw new IOException(
                    "it is a tar archive, and none of pg_dump: " + TableOfContents.NAME + " is not first");
        }
        TableOfContents toc;
        try (Member member = new Member(first.bytes());
                InputStream buffered = new BufferedInputStream(member)) {
            toc = TocReader.read(buffered);
            DumpCheck.drain(buffered);
        }
        Contents contents = new Contents(toc, checks);
        Map<String, TocEntry> files = new HashMap<>();
        for (TocEntry entry : toc.entries()) {
            if (entry.data()) {
                files.put(toc.file(entry), entry);
            }
        }
        for (Header header = header(); header != null; header = header()) {
            TocEntry entry = files.get(header.name());
            try (Member member = new Member(header.bytes())) {
                if (entry == null) {
                    DumpCheck.drain(member);
                } else {
                    contents.found(entry, EntryData.read(entry, member));
                }
            } catch (IOException e) {
                throw new IOException(header.name() + ": " + Compression.told(e), e);
            }
        }
        contents.finish(checks);
    }

    /// The next member's; null behind the last.
    private @Nullable Header header() throws IOException {
        byte[] block = block();
        long sum = 0;
        boolean zeros = true;
        for (int i = 0; i < BLOCK; i++) {
            boolean inChecksum = i >= CHECKSUM_AT && i < CHECKSUM_AT + 8;
            sum += inChecksum ? ' ' : block[i] & 0xff;
            zeros &= block[i] == 0;
        }
        if (zeros) {
            return null;
        }
        if (sum != octal(block, CHECKSUM_AT, 8)) {
            throw new IOException("a header of the tar archive has a wrong checksum");
        }
        int end = 0;
        while (end < 100 && block[end] != 0) {
            end++;
        }
        return new Header(new String(block, 0, end, StandardCharsets.US_ASCII), size(block));
    }

    /// In octal digits, or as a big-endian number when the first bit is set.
    private static long size(byte[] block) throws IOException {
        if (block[SIZE_AT] >= 0) {
            return octal(block, SIZE_AT, 12);
        }
        long size = 0;
        for (int i = SIZE_AT + 4; i < SIZE_AT + 12; i++) {
            size = size << 8 | (block[i] & 0xff);
        }
        return size;
    }

    private static long octal(byte[] block, int at, int length) throws IOException {
        String text = new String(block, at, length, StandardCharsets.US_ASCII)
                .replace('\0', ' ')
                .strip();
        if (!text.matches("[0-7]{1,12}")) {
            throw new IOException("a header of the tar archive is damaged");
        }
        return Long.parseLong(text, 8);
    }

    private byte[] block() throws IOException {
        byte[] block = in.readNBytes(BLOCK);
        if (block.length < BLOCK) {
            throw new EOFException();
        }
        return block;
    }

    /// One member's content; closing goes on to the next.
    private final class Member extends InputStream {
        private int padding;
        private long left;

        private Member(long bytes) {
            left = bytes;
            padding = (int) ((BLOCK - bytes % BLOCK) % BLOCK);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = in.read(bytes, offset, (int) Math.min(length, left));
            if (read < 0) {
                throw new EOFException();
            }
            left -= read;
            return read;
        }

        @Override
        public void close() throws IOException {
            in.skipNBytes(left + padding);
            left = 0;
            padding = 0;
        }
    }
}
