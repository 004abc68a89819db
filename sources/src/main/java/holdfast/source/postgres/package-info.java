/// PostgreSQL databases, read and restored logically. May use `model`, `source` and the drivers' classes.
@NullMarked
package holdfast.source.postgres;

import org.jspecify.annotations.NullMarked;
