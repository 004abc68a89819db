/// A PostgreSQL server that lives for one proof: in a folder of its own, reached by a socket in
/// that folder and by nothing else. May use `holdfast.source.postgres.restore` and what that uses.
@NullMarked
package holdfast.source.postgres.sandbox;

import org.jspecify.annotations.NullMarked;
