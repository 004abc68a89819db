package holdfast.repository;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.storage.Storage;

/// What the repository's `config` file says.
///
/// @param version of the format: 2, or 1 (uncompressed; read only)
/// @param id 32 random bytes by which the repository is told from others, wherever it is copied to
/// @param chunkerPolynomial what restic cuts files with; Holdfast derives the seed of its own chunker from it
public record RepositoryConfig(int version, ObjectId id, long chunkerPolynomial) {
    /// What we write.
    static final int VERSION = 2;

    /// @throws HoldfastException.PreCheckFailed when the repository has the format that we only read
    void requireWritable(Storage storage) {
        if (version < VERSION) {
            throw new HoldfastException.PreCheckFailed(
                    "nothing can be written to " + storage.location() + ": it has repository format " + version
                            + ", which Holdfast only reads",
                    "upgrade it with `restic migrate upgrade_repo_v2`, or `holdfast copy` its snapshots to a new one");
        }
    }
}
