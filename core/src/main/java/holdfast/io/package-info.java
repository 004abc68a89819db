/// Bytes and the operating system: durable writes, system calls. Uses nothing of Holdfast but `model`.
@NullMarked
package holdfast.io;

import org.jspecify.annotations.NullMarked;
