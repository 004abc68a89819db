package holdfast.model;

import java.util.List;

/// The entries of one directory, sorted by the bytes of their names.
public record Tree(List<Node> nodes) {
    public Tree {
        nodes = List.copyOf(nodes);
    }
}
