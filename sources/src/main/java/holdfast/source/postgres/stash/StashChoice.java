package holdfast.source.postgres.stash;

/// Which stash is meant.
public sealed interface StashChoice {
    record Named(String name) implements StashChoice {
        @Override
        public String toString() {
            return name;
        }
    }

    /// The newest one that somebody made, not one that a restore took for safety; and none of a
    /// role that is neither this one, the database's owner nor a superuser.
    ///
    /// @param label empty for any
    record Latest(String label) implements StashChoice {
        @Override
        public String toString() {
            return label.isEmpty() ? "latest" : "label " + label;
        }
    }
}
