package holdfast.repository.json;

/// A tree is what the format says, as far as it was read, but would take more memory than it may.
public final class TreeTooLargeException extends BrokenFormatException {
    private static final long serialVersionUID = 1L;

    TreeTooLargeException(long bytes) {
        super("it has more entries than fit into " + (bytes >> 20) + " MiB of memory");
    }
}
