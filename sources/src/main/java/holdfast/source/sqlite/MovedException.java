package holdfast.source.sqlite;

import java.io.IOException;

/// The database changed in a way that makes the copy in hand worthless; taking it again may succeed.
final class MovedException extends IOException {
    private static final long serialVersionUID = 1L;

    MovedException(String message) {
        super(message);
    }
}
