/// The port through which what is protected is read and inspected. May use `model` only.
@NullMarked
package holdfast.source;

import org.jspecify.annotations.NullMarked;
