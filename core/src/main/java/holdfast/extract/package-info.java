/// A snapshot's tree written to a file system, and compared with it: the part that restoring and
/// proving share; and folders for what is needed only meanwhile. May use `repository` and everything below.
@NullMarked
package holdfast.extract;

import org.jspecify.annotations.NullMarked;
