package holdfast.repository;

/// The seed of a sampled test: new every time, or the one given by `-Dseed=`.
final class Seeds {
    private Seeds() {}

    static long seed() {
        String given = System.getProperty("seed", "");
        return given.isEmpty() ? System.nanoTime() : Long.parseLong(given);
    }
}
