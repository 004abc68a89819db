package holdfast.repository;

import holdfast.model.ObjectId;

/// What the repository's `config` file says.
///
/// @param version of the format: 2, or 1 (uncompressed; read only)
/// @param id 32 random bytes by which the repository is told from others, wherever it is copied to
/// @param chunkerPolynomial what restic cuts files with; Holdfast derives the seed of its own chunker from it
public record RepositoryConfig(int version, ObjectId id, long chunkerPolynomial) {}
