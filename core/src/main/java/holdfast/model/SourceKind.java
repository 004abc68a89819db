package holdfast.model;

/// What can be protected.
public enum SourceKind {
    POSTGRES_DATABASE("postgres-database"),
    SQLITE("sqlite"),
    FILES("files");

    private final String label;

    SourceKind(String label) {
        this.label = label;
    }

    /// The word in configuration, pages and `holdfast.json`.
    public String label() {
        return label;
    }
}
