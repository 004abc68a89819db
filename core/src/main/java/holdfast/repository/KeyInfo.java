package holdfast.repository;

import holdfast.model.ObjectId;
import java.time.Instant;

/// A key of the repository, as a list shows it.
///
/// @param current whether the repository was opened with it
public record KeyInfo(ObjectId id, Instant created, String user, String host, boolean current) {}
