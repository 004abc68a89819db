/// Snapshots carried from one repository to another. A verb: may use `repository` and below, no
/// other verb.
@NullMarked
package holdfast.copy;

import org.jspecify.annotations.NullMarked;
