/// Rows of a table as `COPY` writes them, and their fingerprint. May use `model` and `archive`.
@NullMarked
package holdfast.source.postgres.rows;

import org.jspecify.annotations.NullMarked;
