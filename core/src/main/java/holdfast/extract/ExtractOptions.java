package holdfast.extract;

/// How a plan is carried out.
///
/// @param delta keep what an existing file holds already: only chunks that differ are fetched and written
/// @param replace existing files that stand in the way are replaced; otherwise they are failures
/// @param owners set owner and group; needs the rights for it
/// @param readers packs read at the same time
public record ExtractOptions(boolean delta, boolean replace, boolean owners, int readers) {
    public ExtractOptions {
        if (readers < 1 || readers > 64) {
            throw new IllegalArgumentException("number of readers out of range: " + readers);
        }
    }
}
