package holdfast.policy;

import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import org.jspecify.annotations.Nullable;

/// A snapshot together with what is known of its worth; what a policy decides about.
///
/// @param proven the highest level of a passed proof; null when nothing was ever proven
/// @param damaged whether its source was damaged when it was taken, or the newest proof of it failed
public record Candidate(Snapshot snapshot, @Nullable ProofLevel proven, boolean damaged) {}
