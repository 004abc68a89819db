/// The verb that takes a snapshot: sources in, data first, the snapshot's file last. May use everything
/// below, no other verb.
@NullMarked
package holdfast.backup;

import org.jspecify.annotations.NullMarked;
