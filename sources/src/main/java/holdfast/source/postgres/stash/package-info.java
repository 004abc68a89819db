/// In-database copies: a schema of its own that holds the rows of some tables, consistent,
/// counted and fingerprinted, and the way back from it in one transaction. May use `model`,
/// `source.postgres`, its `connection`, and the driver.
@NullMarked
package holdfast.source.postgres.stash;

import org.jspecify.annotations.NullMarked;
