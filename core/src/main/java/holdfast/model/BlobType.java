package holdfast.model;

/// What a blob holds.
public enum BlobType {
    DATA,
    TREE
}
