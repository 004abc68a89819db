/// Masking of rows in COPY's text format on their way into a target database, so that clear data
/// never reaches it, and the scan that proves it. Uses nothing of the packages beside it.
@NullMarked
package holdfast.source.postgres.mask;

import org.jspecify.annotations.NullMarked;
