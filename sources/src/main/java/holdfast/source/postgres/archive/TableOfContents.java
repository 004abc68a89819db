package holdfast.source.postgres.archive;

import java.util.List;

/// What an archive of `pg_dump` holds. Immutable.
public record TableOfContents(ArchiveHeader header, List<TocEntry> entries) {
    /// Its file's name in the directory format.
    public static final String NAME = "toc.dat";

    public TableOfContents {
        entries = List.copyOf(entries);
    }

    /// The file of the directory format in which an entry's data lies; empty when it has none. Names as in
    /// PostgreSQL's `pg_backup_directory.c`.
    public String file(TocEntry entry) {
        if (!entry.data()) {
            return "";
        }
        if (!entry.is(TocEntry.LARGE_OBJECTS)) {
            return entry.dumpId() + ".dat";
        }
        return header.version().atLeast(ArchiveVersion.RELATION_KIND)
                ? "blobs_" + entry.dumpId() + ".toc"
                : "blobs.toc";
    }
}
