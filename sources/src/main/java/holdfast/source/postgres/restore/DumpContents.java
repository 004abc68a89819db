package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.model.SourceRecord;
import holdfast.source.postgres.archive.ArchiveFiles;
import holdfast.source.postgres.archive.BrokenArchiveException;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.archive.TocReader;
import holdfast.source.postgres.rows.DatabaseEncoding;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// The table of contents of a stored dump, with texts that can be sent to a server.
final class DumpContents {
    private DumpContents() {}

    /// @throws HoldfastException.Damaged when it is no table of contents
    /// @throws HoldfastException.PreCheckFailed when it has letters that Java does not know
    static TableOfContents read(ArchiveFiles files, SourceRecord recorded) throws IOException {
        TableOfContents stored;
        try (InputStream in = new BufferedInputStream(files.open(TableOfContents.NAME, 0))) {
            stored = TocReader.read(in);
        } catch (BrokenArchiveException e) {
            throw new HoldfastException.Damaged(
                    "the table of contents of " + recorded.location() + " is damaged: " + e.getMessage(),
                    "'holdfast verify' tells more; an older snapshot may be whole");
        }
        Optional<TocEntry> lost = DatabaseEncoding.unreadable(stored);
        if (lost.isPresent()) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore " + recorded.location() + ": Java does not know some letter of "
                            + DatabaseEncoding.of(stored).name() + " in "
                            + lost.get().description() + " " + lost.get().tag(),
                    "restore its folder by --target FOLDER, and load that with pg_restore");
        }
        return DatabaseEncoding.readable(stored);
    }
}
