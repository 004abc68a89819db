package holdfast.source.sqlite;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The first 100 bytes of a database file (sqlite.org/fileformat2.html section 1.3).
///
/// @param pageSize 512 to 65536 bytes
/// @param writeAheadLog whether readers are told to look for a write-ahead log
/// @param pages size of the database in pages, 0 when the header does not know: an old library wrote last
record SqliteHeader(
        int pageSize,
        boolean writeAheadLog,
        long pages,
        long freePages,
        int encoding,
        boolean autoVacuum,
        boolean incrementalVacuum,
        int userVersion,
        int applicationId,
        int libraryVersion) {
    static final int BYTES = 100;

    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

    static final int MAGIC_BYTES = MAGIC.length;

    /// Whether the 16 bytes every SQLite 3 database begins with are at the buffer's position; moves nothing.
    static boolean hasMagic(ByteBuffer bytes) {
        return bytes.remaining() >= MAGIC_BYTES
                && ByteBuffer.wrap(MAGIC).equals(bytes.slice(bytes.position(), MAGIC_BYTES));
    }

    static boolean isPageSize(int bytes) {
        return bytes >= 512 && bytes <= 65536 && Integer.bitCount(bytes) == 1;
    }

    /// Reads the header at the buffer's position; empty when this is no header SQLite would accept.
    static Optional<SqliteHeader> parse(ByteBuffer bytes) {
        if (bytes.remaining() < BYTES || !hasMagic(bytes)) {
            return Optional.empty();
        }
        ByteBuffer at = bytes.slice(bytes.position(), BYTES).order(ByteOrder.BIG_ENDIAN);
        int size = at.getShort(16) & 0xffff;
        int pageSize = size == 1 ? 65536 : size;
        if (!isPageSize(pageSize)) {
            return Optional.empty();
        }
        // The size in the header counts only if the library that changed the file last also maintained it.
        boolean sizeValid = at.getInt(24) == at.getInt(92);
        return Optional.of(new SqliteHeader(
                pageSize,
                at.get(19) == 2,
                sizeValid ? at.getInt(28) & 0xffffffffL : 0,
                at.getInt(36) & 0xffffffffL,
                at.getInt(56),
                at.getInt(52) != 0,
                at.getInt(64) != 0,
                at.getInt(60),
                at.getInt(68),
                at.getInt(96)));
    }

    /// What `holdfast.json` says of the file.
    Map<String, String> details() {
        Map<String, String> details = new TreeMap<>();
        details.put("sqlite.page-size", Integer.toString(pageSize));
        details.put("sqlite.journal-mode", writeAheadLog ? "wal" : "rollback");
        details.put("sqlite.free-pages", Long.toString(freePages));
        details.put("sqlite.encoding", encodingName());
        details.put("sqlite.auto-vacuum", !autoVacuum ? "none" : incrementalVacuum ? "incremental" : "full");
        details.put("sqlite.user-version", Integer.toString(userVersion));
        details.put("sqlite.application-id", Integer.toString(applicationId));
        details.put("sqlite.written-by", versionName(libraryVersion));
        return details;
    }

    private String encodingName() {
        return switch (encoding) {
            case 0, 1 -> "UTF-8";
            case 2 -> "UTF-16le";
            case 3 -> "UTF-16be";
            default -> "unknown";
        };
    }

    private static String versionName(int number) {
        return number / 1_000_000 + "." + number / 1000 % 1000 + "." + number % 1000;
    }
}
