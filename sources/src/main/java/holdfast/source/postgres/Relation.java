package holdfast.source.postgres;

/// What the catalog says of a table whose rows are stored.
///
/// @param bytes with what is stored outside its pages (TOAST), about
/// @param pages of the table itself
/// @param condition of a table that belongs to an extension: `WHERE …`, which of its rows are the
///     user's; else empty
/// @param paged whether its rows can be told, quickly, by the page they lie in
record Relation(long bytes, long pages, boolean paged, boolean foreign, String condition) {
    static final Relation UNKNOWN = new Relation(0, 0, false, false, "");
}
