package holdfast.source.sqlite;

import java.time.Duration;

/// How a database is to be read.
///
/// @param busyTimeout how long to wait for a lock that another process holds; whole milliseconds, at most a
///     day
/// @param damageMessagesMax how many findings of the integrity check are kept, 1 to 10,000
public record SqliteOptions(Duration busyTimeout, int damageMessagesMax) {
    public static final SqliteOptions DEFAULTS = new SqliteOptions(Duration.ofSeconds(30), 100);

    public SqliteOptions {
        if (busyTimeout.isNegative() || busyTimeout.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("busy timeout out of range: " + busyTimeout);
        }
        if (damageMessagesMax < 1 || damageMessagesMax > 10_000) {
            throw new IllegalArgumentException("damage messages out of range: " + damageMessagesMax);
        }
    }

    public SqliteOptions withBusyTimeout(Duration wait) {
        return new SqliteOptions(wait, damageMessagesMax);
    }
}
