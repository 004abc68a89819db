/// Where bytes are cut into blobs. Pure; may use `model` only.
@NullMarked
package holdfast.chunk;

import org.jspecify.annotations.NullMarked;
