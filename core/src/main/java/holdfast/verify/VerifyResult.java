package holdfast.verify;

import holdfast.model.Proof;

/// What verifying a snapshot came to.
///
/// @param proof aimed at one level, passed or not
/// @param recorded whether the repository took the proof; not so where it may only be read
public record VerifyResult(Proof proof, boolean recorded) {}
