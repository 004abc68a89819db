package holdfast.source.postgres.archive;

/// The version of the archive format, which grows more slowly than PostgreSQL's.
///
/// | version | `pg_dump` | what came with it |
/// |---|---|---|
/// | 1.14 | 12 to 15 | access method of each table |
/// | 1.15 | 16 | compression algorithm in the header |
/// | 1.16 | 17 and 18 | kind of each relation; large objects in groups, a table of contents each |
public record ArchiveVersion(int major, int minor, int revision) implements Comparable<ArchiveVersion> {
    public static final ArchiveVersion OLDEST = new ArchiveVersion(1, 14, 0);
    public static final ArchiveVersion ALGORITHM = new ArchiveVersion(1, 15, 0);
    public static final ArchiveVersion RELATION_KIND = new ArchiveVersion(1, 16, 0);
    public static final ArchiveVersion NEWEST = new ArchiveVersion(1, 16, 255);

    public boolean atLeast(ArchiveVersion other) {
        return compareTo(other) >= 0;
    }

    @Override
    public int compareTo(ArchiveVersion other) {
        return Integer.compare((major << 16) + (minor << 8) + revision, other.number());
    }

    private int number() {
        return (major << 16) + (minor << 8) + revision;
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
