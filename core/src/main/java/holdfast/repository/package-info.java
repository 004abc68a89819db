/// The repository in restic's format, version 2: configuration, keys, blobs, index, trees, snapshots, locks,
/// and the proofs Holdfast keeps beside them. May use `pack`, `crypto`, `chunk`, `storage`, `io`, `source` and
/// `model`.
@NullMarked
package holdfast.repository;

import org.jspecify.annotations.NullMarked;
