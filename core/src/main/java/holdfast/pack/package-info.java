/// Blobs compressed and sealed into packs, and packs taken apart again. May use `model`, `chunk` and `crypto`.
@NullMarked
package holdfast.pack;

import org.jspecify.annotations.NullMarked;
