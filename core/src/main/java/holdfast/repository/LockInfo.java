package holdfast.repository;

import holdfast.model.ObjectId;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;

/// A lock somebody holds, as its file says.
///
/// @param time of the last refresh
/// @param session the same in all renewals of a lock of Holdfast's; empty for a stock restic's
/// @param marks that were there before the lock: its holder relies on no pack that they name
/// @param stale whether its owner is certainly gone: half an hour without refresh, or no such process on this
///     host
public record LockInfo(
        ObjectId id,
        Instant time,
        LockMode mode,
        String host,
        String user,
        long pid,
        String session,
        Set<ObjectId> marks,
        boolean stale) {
    public LockInfo {
        marks = Set.copyOf(marks);
    }

    /// Whether restic sees an exclusive lock.
    public boolean exclusive() {
        return mode.exclusive();
    }

    /// Whether the holder looks at marks at all: a stock restic does not.
    boolean knowsMarks() {
        return !session.isEmpty();
    }

    /// Whether the holder relies on nothing that these marks name.
    public boolean honours(Collection<ObjectId> wanted) {
        return knowsMarks() && marks.containsAll(wanted);
    }

    /// As an error message names it.
    @Override
    public String toString() {
        return (mode == LockMode.SHARED ? "" : mode.label() + " ")
                + "lock "
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
