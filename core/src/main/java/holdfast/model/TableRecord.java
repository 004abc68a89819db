package holdfast.model;

/// One table as it stood in the copy that was backed up.
public record TableRecord(String name, long rows, Fingerprint fingerprint) {}
