package holdfast.repository;

import holdfast.model.ObjectId;
import java.time.Instant;

/// A lock somebody holds, as its file says.
///
/// @param time of the last refresh
/// @param stale whether its owner is certainly gone: half an hour without refresh, or no such process on this
///     host
public record LockInfo(
        ObjectId id, Instant time, boolean exclusive, String host, String user, long pid, boolean stale) {
    /// As an error message names it.
    @Override
    public String toString() {
        return (exclusive ? "exclusive lock " : "lock ")
                + id.brief()
                + " of process "
                + pid
                + " on "
                + host
                + (user.isEmpty() ? "" : " by " + user)
                + ", refreshed "
                + time;
    }
}
