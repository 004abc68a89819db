package holdfast.source.postgres.archive;

import java.io.IOException;

/// Something is no archive of `pg_dump`, or not one that this version can read.
public final class BrokenArchiveException extends IOException {
    private static final long serialVersionUID = 1L;

    public BrokenArchiveException(String message) {
        super(message);
    }
}
