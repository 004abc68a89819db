/// A dump in directory format brought into a database: what its table of contents says is run, its
/// rows are loaded in parallel, and the result is compared with what was backed up. May use
/// everything in `holdfast.source.postgres`.
@NullMarked
package holdfast.source.postgres.restore;

import org.jspecify.annotations.NullMarked;
