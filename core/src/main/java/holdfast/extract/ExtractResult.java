package holdfast.extract;

import java.util.List;

/// What an extraction did.
///
/// @param files regular files that are in place, hard links included
/// @param writtenBytes bytes written to files
/// @param keptBytes bytes of existing files that were right already
/// @param failures what is not in place, or not as it should be; a bounded list
/// @param failed number of failures, listed or not
public record ExtractResult(long files, long writtenBytes, long keptBytes, List<Failure> failures, long failed) {
    /// @param path on this host
    /// @param reason in a few words
    public record Failure(String path, String reason) {}

    public ExtractResult {
        failures = List.copyOf(failures);
    }
}
