package holdfast.restore;

import holdfast.extract.PathFilter;

/// What shall be restored, and where to.
///
/// @param filter which paths of the snapshot
/// @param delta keep what existing files hold already; only chunks that differ are read from the
///     repository
/// @param overwrite a target directory need not be empty; files in the way are replaced
/// @param verify compare with the snapshot afterwards
/// @param acceptDamage put a database in place although it does not pass its checks
public record RestoreRequest(
        Destination destination,
        PathFilter filter,
        boolean delta,
        boolean overwrite,
        boolean verify,
        boolean acceptDamage) {
    /// Where to.
    public sealed interface Destination {
        /// Every source to where it was taken from.
        record InPlace() implements Destination {}

        /// Below a directory; folders that all sources have in common are not made again.
        ///
        /// @param path absolute
        record Directory(String path) implements Destination {}

        /// The entries of one directory of the snapshot, or one file, into a directory.
        ///
        /// @param from absolute path in the snapshot
        /// @param path absolute
        record Part(String from, String path) implements Destination {}
    }
}
