package holdfast.model;

/// One table as it stood in the copy that was backed up.
///
/// @param critical whether the operator marked it as one to be looked at first
public record TableRecord(String name, long rows, Fingerprint fingerprint, boolean critical) {
    /// How the subject of a check of such a table begins, or goes on behind its source's name.
    public static final String CRITICAL = "critical table ";

    public TableRecord(String name, long rows, Fingerprint fingerprint) {
        this(name, rows, fingerprint, false);
    }

    /// The same, marked or not.
    public TableRecord withCritical(boolean marked) {
        return new TableRecord(name, rows, fingerprint, marked);
    }

    /// What a check of this table is about.
    public String subject() {
        return (critical ? CRITICAL : "table ") + name;
    }
}
