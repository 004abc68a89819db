package holdfast.repository.json;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A document is not what the format says it is. The caller knows which file it was.
public sealed class BrokenFormatException extends IOException permits TreeTooLargeException {
    private static final long serialVersionUID = 1L;

    public BrokenFormatException(String message) {
        super(message);
    }

    public BrokenFormatException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
