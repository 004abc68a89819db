/// File trees as sources: everything a file system knows of them, read in parallel, failures named and survived.
/// Start at [holdfast.source.files.FilesSource]. Uses the port, `model` and `io.posix`.
@NullMarked
package holdfast.source.files;

import org.jspecify.annotations.NullMarked;
