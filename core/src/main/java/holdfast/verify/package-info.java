/// Finding out whether what is stored is what it should be: the repository's structure and bytes, and
/// snapshots up to the level of proof that is asked for. A verb: may use `extract`, `repository`,
/// `source` and below, no other verb.
@NullMarked
package holdfast.verify;

import org.jspecify.annotations.NullMarked;
