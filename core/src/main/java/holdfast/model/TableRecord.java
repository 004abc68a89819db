package holdfast.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One table as it stood in the copy that was backed up.
///
/// @param critical whether the operator marked it as one to be looked at first
/// @param readAt when its rows were read, if an earlier backup did and this one proved that they
///     are unchanged; null when this one read them
/// @param state null when a later backup has to read the table in any case
public record TableRecord(
        String name,
        long rows,
        Fingerprint fingerprint,
        boolean critical,
        @Nullable Instant readAt,
        @Nullable TableState state) {
    /// How the subject of a check of such a table begins, or goes on behind its source's name.
    public static final String CRITICAL = "critical table ";

    public TableRecord(String name, long rows, Fingerprint fingerprint) {
        this(name, rows, fingerprint, false);
    }

    public TableRecord(String name, long rows, Fingerprint fingerprint, boolean critical) {
        this(name, rows, fingerprint, critical, null, null);
    }

    /// The same, marked or not.
    public TableRecord withCritical(boolean marked) {
        return new TableRecord(name, rows, fingerprint, marked, readAt, state);
    }

    public TableRecord withReadAt(Instant time) {
        return new TableRecord(name, rows, fingerprint, critical, time, state);
    }

    public TableRecord withState(@Nullable TableState now) {
        return new TableRecord(name, rows, fingerprint, critical, readAt, now);
    }

    /// What a check of this table is about.
    public String subject() {
        return (critical ? CRITICAL : "table ") + name;
    }
}
