package holdfast.source.postgres.archive;

import holdfast.model.FileNames;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/// Writes a table of contents as the directory format has it: byte for byte what `pg_dump -Fd` writes. Format:
/// `WriteHead` and `WriteToc` in PostgreSQL's `pg_backup_archiver.c`, `_WriteExtraToc` in `pg_backup_directory.c`.
public final class TocWriter {
    private static final int INTEGER_BYTES = 4;
    private static final int OFFSET_BYTES = 8;
    private static final int DIRECTORY = 3;

    private final TableOfContents toc;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private TocWriter(TableOfContents toc) {
        this.toc = toc;
    }

    /// The content of `toc.dat`.
    public static byte[] write(TableOfContents toc) {
        return new TocWriter(toc).bytes();
    }

    private byte[] bytes() {
        header();
        integer(toc.entries().size());
        for (TocEntry entry : toc.entries()) {
            entry(entry);
            text(toc.file(entry));
        }
        return out.toByteArray();
    }

    private void header() {
        ArchiveHeader header = toc.header();
        ArchiveVersion version = header.version();
        out.writeBytes("PGDMP".getBytes(StandardCharsets.US_ASCII));
        out.write(version.major());
        out.write(version.minor());
        out.write(version.revision());
        out.write(INTEGER_BYTES);
        out.write(OFFSET_BYTES);
        out.write(DIRECTORY);
        if (version.atLeast(ArchiveVersion.ALGORITHM)) {
            out.write(header.compression());
        } else {
            integer(header.compression());
        }
        LocalDateTime created = header.created();
        integer(created.getSecond());
        integer(created.getMinute());
        integer(created.getHour());
        integer(created.getDayOfMonth());
        integer(created.getMonthValue() - 1);
        integer(created.getYear() - 1900);
        integer(header.daylightSaving() ? 1 : 0);
        text(header.database());
        text(header.serverVersion());
        text(header.dumpVersion());
    }

    private void entry(TocEntry entry) {
        integer(entry.dumpId());
        integer(entry.data() ? 1 : 0);
        text(entry.tableOid());
        text(entry.oid());
        text(entry.tag());
        text(entry.description());
        integer(entry.section());
        text(entry.definition());
        text(entry.dropStatement());
        text(entry.copyStatement());
        text(entry.namespace());
        text(entry.tablespace());
        text(entry.accessMethod());
        if (toc.header().version().atLeast(ArchiveVersion.RELATION_KIND)) {
            integer(entry.relationKind());
        }
        text(entry.owner());
        text(entry.withOids());
        entry.dependencies().forEach(this::text);
        text(null);
    }

    private void integer(int value) {
        out.write(value < 0 ? 1 : 0);
        int magnitude = Math.abs(value);
        for (int i = 0; i < INTEGER_BYTES; i++) {
            out.write(magnitude >>> (8 * i));
        }
    }

    private void text(@Nullable String text) {
        if (text == null) {
            integer(-1);
            return;
        }
        byte[] bytes = FileNames.encode(text);
        integer(bytes.length);
        out.writeBytes(bytes);
    }
}
