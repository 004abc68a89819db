package holdfast.source.postgres;

import holdfast.model.Attributes;
import holdfast.model.Node;
import holdfast.model.NodeType;
import java.time.Instant;
import java.util.List;

/// Nodes for what exists only in a database: readable by their owner, all of the instant of the
/// backup.
final class StoredNodes {
    private final Instant time;

    StoredNodes(Instant time) {
        this.time = time;
    }

    Instant time() {
        return time;
    }

    Node directory(String name) {
        return new Node(name, NodeType.DIRECTORY, attributes(0700), 0, 1, "", 0, List.of(), null);
    }

    Node file(String name, long bytes) {
        return new Node(name, NodeType.FILE, attributes(0600), bytes, 1, "", 0, List.of(), null);
    }

    private Attributes attributes(int mode) {
        return new Attributes(mode, time, time, time, 0, 0, "", "", 0, 0, List.of());
    }
}
