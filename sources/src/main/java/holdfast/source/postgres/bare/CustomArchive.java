package holdfast.source.postgres.bare;

import com.github.luben.zstd.ZstdInputStream;
import holdfast.model.CheckResult;
import holdfast.source.postgres.archive.ArchiveVersion;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.archive.TocReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.InflaterInputStream;

/// `pg_dump`'s custom format: behind the table of contents a block for each entry with data, of
/// chunks with their lengths, a chunk of length 0 behind the last. See PostgreSQL's
/// `pg_backup_custom.c`. Used by one thread.
final class CustomArchive {
    private static final int HEAD = 16;
    private static final int INTEGER_BYTES_AT = 8;
    private static final int DATA = 1;
    private static final int LARGE_OBJECTS = 3;
    private static final int ZLIB = 1;
    private static final int LZ4 = 2;
    private static final int ZSTD = 3;

    private final InputStream in;
    private final List<CheckResult> checks;
    private int integerBytes;
    private int algorithm;

    /// @param in which can mark
    CustomArchive(InputStream in, List<CheckResult> checks) {
        this.in = in;
        this.checks = checks;
    }

    void check() throws IOException {
        in.mark(HEAD);
        byte[] head = in.readNBytes(HEAD);
        in.reset();
        TableOfContents toc = TocReader.read(in);
        integerBytes = head[INTEGER_BYTES_AT];
        int compression = toc.header().compression();
        algorithm =
                toc.header().version().atLeast(ArchiveVersion.ALGORITHM) ? compression : compression == 0 ? 0 : ZLIB;
        if (algorithm > ZSTD) {
            throw new IOException("it is compressed in a way that is not known");
        }
        Contents contents = new Contents(toc, checks);
        Map<Integer, TocEntry> entries = new HashMap<>();
        toc.entries().forEach(entry -> entries.put(entry.dumpId(), entry));
        for (int kind = in.read(); kind >= 0; kind = in.read()) {
            TocEntry entry = entries.get(integer());
            if (entry == null || (kind != DATA && kind != LARGE_OBJECTS)) {
                throw new IOException("a block of data is of no entry");
            }
            try {
                contents.found(entry, kind == DATA ? block(entry) : objects(entry));
            } catch (IOException e) {
                throw new IOException(EntryData.name(entry) + ": " + Compression.told(e), e);
            }
        }
        contents.finish(checks);
        if (algorithm == LZ4) {
            checks.add(CheckResult.pass("compression", "lz4: walked to the end, not decompressed"));
        }
    }

    private long objects(TocEntry entry) throws IOException {
        for (int oid = integer(); oid != 0; oid = integer()) {
            block(entry);
        }
        return -1;
    }

    private long block(TocEntry entry) throws IOException {
        Chunks chunks = new Chunks();
        long rows = -1;
        if (algorithm == LZ4) {
            DumpCheck.drain(chunks);
        } else {
            try (InputStream content = switch (algorithm) {
                case ZLIB -> new InflaterInputStream(chunks);
                case ZSTD -> new ZstdInputStream(chunks);
                default -> chunks;
            }) {
                rows = EntryData.read(entry, content);
            }
        }
        DumpCheck.drain(chunks);
        return rows;
    }

    private int integer() throws IOException {
        int sign = in.read();
        long value = 0;
        for (int i = 0; i < integerBytes; i++) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException();
            }
            value |= (long) b << (8 * i);
        }
        return sign == 0 ? (int) value : -(int) value;
    }

    /// One block's content.
    private final class Chunks extends InputStream {
        private int left;
        private boolean ended;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            while (left == 0 && !ended) {
                left = integer();
                ended = left == 0;
                if (left < 0) {
                    throw new IOException("a chunk has an impossible length");
                }
            }
            if (ended) {
                return -1;
            }
            int read = in.read(bytes, offset, Math.min(length, left));
            if (read < 0) {
                throw new EOFException();
            }
            left -= read;
            return read;
        }
    }
}
