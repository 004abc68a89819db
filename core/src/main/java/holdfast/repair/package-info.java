/// Making the best of a repository some of whose files are lost or damaged: the index from the packs, what is
/// intact of damaged packs, snapshots without what is lost, trees that no snapshot refers to. Nothing is removed
/// before what replaces it is durable. A verb: may use `extract`, `repository` and below, no other verb.
@NullMarked
package holdfast.repair;

import org.jspecify.annotations.NullMarked;
