/// Dumps in directory format made into what needs nothing but `psql`: SQL scripts and INSERT
/// statements. May use `model`, `source.postgres` with its `archive` and `rows`, and PostgreSQL's
/// own programs.
@NullMarked
package holdfast.source.postgres.export;

import org.jspecify.annotations.NullMarked;
