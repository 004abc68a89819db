package holdfast.source.sqlite;

/// How far apart the chunk boundaries of a database file lie. Pure.
///
/// A small chunk makes a small increment, since one changed page uploads one chunk; but a file's node lists
/// the ids of all its chunks in one tree blob, which one changed page writes again as a whole: 67 bytes of
/// JSON for each chunk, half of that stored, because hashes do not compress. So the distance grows with the
/// database: four times the chunk at sixteen times the size. Chunk and tree then stay in proportion (1.1 MB
/// of JSON at 1 GiB, 4.4 MB at 16 GiB, 17.5 MB at 256 GiB), and the thresholds lie so far apart that a
/// database crosses one a few times in its life; the snapshot after a crossing stores the database anew.
final class PageChunks {
    static final int SMALLEST = 64 << 10;

    private static final long GIB = 1L << 30;

    private PageChunks() {}

    /// A power of two, and a multiple of the page size, so that no page lies in two chunks.
    ///
    /// @param databaseBytes size of the database file
    /// @param pageSize as SQLite allows it: a power of two from 512 to 65536
    static int bytesFor(long databaseBytes, int pageSize) {
        if (databaseBytes < 0) {
            throw new IllegalArgumentException("negative size: " + databaseBytes);
        }
        if (!SqliteHeader.isPageSize(pageSize)) {
            throw new IllegalArgumentException("no page size of SQLite: " + pageSize);
        }
        int bytes = SMALLEST;
        for (long limit = GIB; databaseBytes >= limit && bytes < 4 << 20; limit *= 16) {
            bytes *= 4;
        }
        return bytes;
    }
}
