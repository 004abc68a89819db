package holdfast.verify;

import holdfast.model.ObjectId;
import java.util.List;

/// One thing in a repository that is not as it should be.
///
/// @param subject the repository's file (`data/<id>`, `index/<id>` …), or `tree <id>` or `blob <id>`
///     for what is
///     in no file
/// @param problem what is wrong, in a few words
/// @param affected the first places in snapshots that cannot be restored because of it, oldest snapshot
///     first
/// @param more whether there are more such places
public record Finding(Severity severity, String subject, String problem, List<Place> affected, boolean more) {
    /// How bad it is.
    public enum Severity {
        /// Something that was stored is lost or about to be.
        ERROR,
        /// Nothing that a snapshot needs is missing.
        WARNING
    }

    /// A path in a snapshot.
    public record Place(ObjectId snapshot, String path) {}

    public Finding {
        affected = List.copyOf(affected);
    }
}
