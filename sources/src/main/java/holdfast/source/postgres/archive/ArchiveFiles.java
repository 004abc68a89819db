package holdfast.source.postgres.archive;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/// The files of a dump in directory format, wherever they lie. Safe for use by many threads; a
/// stream is used by one.
public interface ArchiveFiles {
    /// Bytes of a file; empty when there is none of that name.
    Optional<Long> size(String name) throws IOException;

    /// In how many blobs a file is stored; each is checked against its hash when it is read.
    ///
    /// @throws HoldfastException.Damaged when one of them is known to be lost
    /// @throws IOException when there is no such file
    default int blobs(String name) throws IOException {
        if (size(name).isEmpty()) {
            throw new NoSuchFileException(name);
        }
        return 1;
    }

    /// The content from `offset` on.
    ///
    /// @throws IOException when there is no such file, or it cannot be read
    InputStream open(String name, long offset) throws IOException;
}
