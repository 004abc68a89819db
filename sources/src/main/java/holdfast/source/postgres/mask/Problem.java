package holdfast.source.postgres.mask;

/// Something about a mask profile that a person should change or know. Immutable.
///
/// @param place file and line, `masks.yaml:7`
/// @param hint what to do about it; may be empty
public record Problem(Severity severity, String place, String message, String hint) {
    /// Whether masking can go on.
    public enum Severity {
        /// Nothing may be masked, for clear data could reach the target or the target not take
        /// the rows.
        ERROR,
        WARNING
    }

    @Override
    public String toString() {
        return place + ": " + message + (hint.isEmpty() ? "" : " (" + hint + ")");
    }
}
