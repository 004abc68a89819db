package holdfast.source.postgres.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// The files of a dump in directory format, wherever they lie. Safe for use by many threads; a
/// stream is used by one.
public interface ArchiveFiles {
    /// Bytes of a file; empty when there is none of that name.
    Optional<Long> size(String name) throws IOException;

    /// The content from `offset` on.
    ///
    /// @throws IOException when there is no such file, or it cannot be read
    InputStream open(String name, long offset) throws IOException;
}
