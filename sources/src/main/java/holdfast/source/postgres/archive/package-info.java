/// `pg_dump`'s archive format: the table of contents read and written, without the data. May use `model` only.
@NullMarked
package holdfast.source.postgres.archive;

import org.jspecify.annotations.NullMarked;
