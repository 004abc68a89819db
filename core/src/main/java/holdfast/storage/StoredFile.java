package holdfast.storage;

/// A file in a storage, as a listing shows it.
public record StoredFile(String name, long bytes) {}
