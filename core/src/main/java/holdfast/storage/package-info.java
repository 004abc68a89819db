/// The port through which every durable byte of a repository passes, its local and in-memory implementations, and the
/// decorators that retry and throttle. May use `model` and `io` only.
@NullMarked
package holdfast.storage;

import org.jspecify.annotations.NullMarked;
