package holdfast.source.postgres.stash;

import java.util.List;

/// The table locks that are taken, with those of others that stand in their way. See the
/// documentation's chapter "Explicit Locking".
enum LockMode {
    /// Whoever reads.
    ACCESS_SHARE("ACCESS SHARE", List.of("AccessExclusiveLock")),
    /// Nobody else may write.
    SHARE(
            "SHARE",
            List.of(
                    "RowExclusiveLock",
                    "ShareUpdateExclusiveLock",
                    "ShareRowExclusiveLock",
                    "ExclusiveLock",
                    "AccessExclusiveLock")),
    /// Nobody else may write, nor lock so.
    SHARE_ROW_EXCLUSIVE(
            "SHARE ROW EXCLUSIVE",
            List.of(
                    "RowExclusiveLock",
                    "ShareUpdateExclusiveLock",
                    "ShareLock",
                    "ShareRowExclusiveLock",
                    "ExclusiveLock",
                    "AccessExclusiveLock")),
    /// Nobody else may even read.
    ACCESS_EXCLUSIVE(
            "ACCESS EXCLUSIVE",
            List.of(
                    "AccessShareLock",
                    "RowShareLock",
                    "RowExclusiveLock",
                    "ShareUpdateExclusiveLock",
                    "ShareLock",
                    "ShareRowExclusiveLock",
                    "ExclusiveLock",
                    "AccessExclusiveLock"));

    private final String sql;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> hindering;

    LockMode(String sql, List<String> hindering) {
        this.sql = sql;
        this.hindering = hindering;
    }

    String sql() {
        return sql;
    }

    /// As `pg_locks.mode` names them.
    List<String> hindering() {
        return hindering;
    }
}
