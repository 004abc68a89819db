/// How a PostgreSQL database is named and reached: what the user gave, completed as libpq does
/// it, and the connections opened through the driver, each with a session fixed for dumping.
///
/// libpq's ways are those of its `src/interfaces/libpq/fe-connect.c` and of the documentation's
/// chapter "libpq". May use `model` and the driver.
@NullMarked
package holdfast.source.postgres.connection;

import org.jspecify.annotations.NullMarked;
