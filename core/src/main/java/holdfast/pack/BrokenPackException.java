package holdfast.pack;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A pack's header or a blob is not what the format, its recorded length or its hash say. The caller knows which.
public final class BrokenPackException extends IOException {
    private static final long serialVersionUID = 1L;

    public BrokenPackException(String message) {
        super(message);
    }

    public BrokenPackException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
