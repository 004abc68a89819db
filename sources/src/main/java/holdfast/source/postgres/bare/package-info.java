/// Dump files as they lie around, of whatever format and age: whether they are PostgreSQL dumps,
/// and whole. Nothing is written, no server is needed. May use `model`, `source.postgres`'s
/// `archive` and `rows`, and zstd.
@NullMarked
package holdfast.source.postgres.bare;

import org.jspecify.annotations.NullMarked;
