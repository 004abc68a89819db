/// A made-up database on a real server, to try backup and restore there. May use `connection` and
/// `rows`.
@NullMarked
package holdfast.source.postgres.selftest;

import org.jspecify.annotations.NullMarked;
