package holdfast.source.postgres.archive;

import holdfast.model.FileNames;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the table of contents of an archive in custom or directory format. Format: `ReadHead` and `ReadToc` in
/// PostgreSQL's `pg_backup_archiver.c`. Integers are a sign byte and little-endian magnitude; texts an integer
/// length, -1 for none, and their bytes. Used by one thread.
public final class TocReader {
    private static final byte[] MAGIC = {'P', 'G', 'D', 'M', 'P'};
    private static final int CUSTOM = 1;
    private static final int DIRECTORY = 3; // says "tar", which shares its layout
    private static final int TEXT_BYTES_MAX = 1 << 30;
    private static final int ENTRIES_MAX = 50_000_000;

    private final DataInputStream in;
    private int integerBytes = 4;

    private TocReader(InputStream in) {
        this.in = new DataInputStream(in);
    }

    /// Reads up to the end of the table of contents and no byte beyond.
    ///
    /// @throws EOFException when it ends before that
    /// @throws BrokenArchiveException when it is no archive, or of a version that is not known
    public static TableOfContents read(InputStream in) throws IOException {
        return new TocReader(in).read();
    }

    private TableOfContents read() throws IOException {
        if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
            throw new BrokenArchiveException("it does not begin as an archive of pg_dump");
        }
        ArchiveVersion version =
                new ArchiveVersion(in.readUnsignedByte(), in.readUnsignedByte(), in.readUnsignedByte());
        if (!version.atLeast(ArchiveVersion.OLDEST) || version.atLeast(ArchiveVersion.NEWEST)) {
            throw new BrokenArchiveException("its format version " + version + " is not known");
        }
        integerBytes = in.readUnsignedByte();
        int offsetBytes = in.readUnsignedByte();
        if (integerBytes < 1 || integerBytes > 8 || offsetBytes < 1 || offsetBytes > 8) {
            throw new BrokenArchiveException("its numbers have an impossible size");
        }
        int format = in.readUnsignedByte();
        if (format != CUSTOM && format != DIRECTORY) {
            throw new BrokenArchiveException("its format " + format + " is neither custom nor directory");
        }
        ArchiveHeader header = header(version);
        int count = integer();
        if (count < 0 || count > ENTRIES_MAX) {
            throw new BrokenArchiveException("it claims to have " + count + " entries");
        }
        List<TocEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(entry(version));
            if (format == CUSTOM) {
                in.skipNBytes(1 + offsetBytes); // where the data is
            } else {
                text(); // the file's name, which follows from the entry
            }
        }
        return new TableOfContents(header, entries);
    }

    private ArchiveHeader header(ArchiveVersion version) throws IOException {
        int compression = version.atLeast(ArchiveVersion.ALGORITHM) ? in.readUnsignedByte() : integer();
        int second = integer();
        int minute = integer();
        int hour = integer();
        int day = integer();
        int month = integer() + 1;
        int year = integer() + 1900;
        boolean daylightSaving = integer() > 0;
        try {
            LocalDateTime created = LocalDateTime.of(year, month, day, hour, minute, Math.min(second, 59));
            return new ArchiveHeader(version, compression, created, daylightSaving, known(), known(), known());
        } catch (DateTimeException e) {
            throw new BrokenArchiveException("its date cannot be: " + e.getMessage());
        }
    }

    private TocEntry entry(ArchiveVersion version) throws IOException {
        return new TocEntry(
                integer(),
                integer() != 0,
                text(),
                text(),
                text(),
                text(),
                integer(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                version.atLeast(ArchiveVersion.RELATION_KIND) ? integer() : 0,
                text(),
                text(),
                dependencies());
    }

    private List<String> dependencies() throws IOException {
        List<String> dependencies = new ArrayList<>();
        for (String next = text(); next != null; next = text()) {
            dependencies.add(next);
        }
        return dependencies;
    }

    private int integer() throws IOException {
        boolean negative = in.readUnsignedByte() != 0;
        long value = 0;
        for (int i = 0; i < integerBytes; i++) {
            value |= (long) in.readUnsignedByte() << (8 * i);
        }
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new BrokenArchiveException("a number is out of range");
        }
        return negative ? -(int) value : (int) value;
    }

    private String known() throws IOException {
        String text = text();
        return text == null ? "" : text;
    }

    private @Nullable String text() throws IOException {
        int length = integer();
        if (length < 0) {
            return null;
        }
        if (length > TEXT_BYTES_MAX) {
            throw new BrokenArchiveException("a text claims to have " + length + " bytes");
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the table of contents ends too early");
        }
        return FileNames.decode(bytes);
    }
}
