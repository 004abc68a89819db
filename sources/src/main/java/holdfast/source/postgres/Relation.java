package holdfast.source.postgres;

/// What the catalog says of a table whose rows are stored.
///
/// @param bytes of its main fork, about
/// @param condition of a table that belongs to an extension: `WHERE …`, which of its rows are the
///     user's; else empty
/// @param heap whether its rows can be told by the page they lie in
record Relation(long bytes, boolean heap, boolean foreign, String condition) {
    static final Relation UNKNOWN = new Relation(0, false, false, "");
}
