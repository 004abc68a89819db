package holdfast.extract;

/// Which paths of a snapshot are wanted.
@FunctionalInterface
public interface PathFilter {
    PathFilter ALL = (path, directory) -> Choice.TAKE;

    /// @param path absolute in the snapshot, as [holdfast.model.FileNames] decodes it
    Choice choose(String path, boolean directory);

    enum Choice {
        /// This one, and for a directory everything below that is not left out itself.
        TAKE,
        /// Not this one, but perhaps something below it; such a directory is made only if it is needed.
        DESCEND,
        /// Neither this one nor anything below.
        LEAVE
    }
}
