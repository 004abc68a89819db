/// Forgetting snapshots and freeing the space of what no snapshot uses any more. A verb: may use
/// `repository`, `policy` and below, no other verb.
@NullMarked
package holdfast.prune;

import org.jspecify.annotations.NullMarked;
