/// Databases of a snapshot as files that need no Holdfast: how they are named, written whole or
/// not at all, and checked. May use `model`, `sources` and the console's JSON.
@NullMarked
package holdfast.cli.export;

import org.jspecify.annotations.NullMarked;
