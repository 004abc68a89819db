package holdfast.source.postgres.archive;

import java.time.LocalDateTime;
import java.util.List;

/// What an archive of `pg_dump` holds. Immutable.
public record TableOfContents(ArchiveHeader header, List<TocEntry> entries) {
    /// Its file's name in the directory format.
    public static final String NAME = "toc.dat";

    private static final LocalDateTime NO_DATE = LocalDateTime.of(2000, 1, 1, 0, 0);

    public TableOfContents {
        entries = List.copyOf(entries);
    }

    /// The same, as if made at 2000-01-01 00:00:00 (`pg_restore` wants some date), so that an
    /// unchanged database gives the same bytes every time.
    public TableOfContents undated() {
        ArchiveHeader dateless = new ArchiveHeader(
                header.version(),
                header.compression(),
                NO_DATE,
                false,
                header.database(),
                header.serverVersion(),
                header.dumpVersion());
        return new TableOfContents(dateless, entries);
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
