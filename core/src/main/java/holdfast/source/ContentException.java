package holdfast.source;

import java.io.IOException;

/// The content of one file of a source could not be read (as opposed to: the repository could not be written).
public final class ContentException extends IOException {
    private static final long serialVersionUID = 1L;

    public ContentException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
