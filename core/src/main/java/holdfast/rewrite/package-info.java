/// Snapshots written anew with something about them changed. A verb: may use `repository` and
/// below, no other verb.
@NullMarked
package holdfast.rewrite;

import org.jspecify.annotations.NullMarked;
