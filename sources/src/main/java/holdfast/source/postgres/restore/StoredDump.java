package holdfast.source.postgres.restore;

import holdfast.source.postgres.archive.ArchiveFiles;
import holdfast.view.StoredFolder;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// A dump in a snapshot, read from the repository as its rows are needed.
public record StoredDump(StoredFolder folder) implements ArchiveFiles {
    @Override
    public Optional<Long> size(String name) {
        return folder.size(name);
    }

    @Override
    public int blobs(String name) throws IOException {
        return folder.blobs(name);
    }

    @Override
    public InputStream open(String name, long offset) throws IOException {
        return folder.open(name, offset);
    }
}
