/// The words of the product as values: ids, nodes, snapshots, fingerprints, proofs and failures. Uses nothing but the
/// JDK.
@NullMarked
package holdfast.model;

import org.jspecify.annotations.NullMarked;
