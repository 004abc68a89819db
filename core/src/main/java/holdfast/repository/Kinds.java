package holdfast.repository;

/// The kinds of files in a repository, by the beginning of their names.
final class Kinds {
    static final String CONFIG = "config";
    static final String KEYS = "keys/";
    static final String LOCKS = "locks/";
    static final String SNAPSHOTS = "snapshots/";
    static final String INDEX = "index/";
    static final String DATA = "data/";
    static final String PROOFS = "proofs/";
    static final String MARKS = "marks/";

    private Kinds() {}
}
