package holdfast.verify;

/// How thoroughly a repository is checked.
///
/// @param subset the packs that are read whole
/// @param seed for subsets chosen by chance
public record CheckOptions(DataSubset subset, long seed) {
    /// Structure only.
    public static final CheckOptions STRUCTURE = new CheckOptions(new DataSubset.None(), 0);

    /// Every byte.
    public static final CheckOptions READ_DATA = new CheckOptions(new DataSubset.All(), 0);
}
