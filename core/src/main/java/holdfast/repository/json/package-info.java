/// The JSON documents of the repository, byte for byte as Go's encoder writes them, read by streaming. May use
/// `model` only.
@NullMarked
package holdfast.repository.json;

import org.jspecify.annotations.NullMarked;
