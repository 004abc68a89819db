package holdfast.model;

import java.util.Optional;

/// The kinds of tree nodes, by the names restic gives them.
public enum NodeType {
    FILE("file"),
    DIRECTORY("dir"),
    SYMLINK("symlink"),
    DEVICE("dev"),
    CHARACTER_DEVICE("chardev"),
    FIFO("fifo"),
    SOCKET("socket"),
    /// What restic writes for a file type it did not know.
    IRREGULAR("irregular");

    private final String label;

    NodeType(String label) {
        this.label = label;
    }

    /// The word in the tree's JSON.
    public String label() {
        return label;
    }

    public static Optional<NodeType> of(String label) {
        for (NodeType type : values()) {
            if (type.label.equals(label)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
