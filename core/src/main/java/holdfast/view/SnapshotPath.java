package holdfast.view;

import holdfast.model.Attributes;
import holdfast.model.EditDistance;
import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.repository.FolderPaths;
import holdfast.repository.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// A node found in a snapshot by its path. Links are not followed.
///
/// @param path absolute, its names divided by single slashes; `/` for the root, whose node has the
///     empty name
public record SnapshotPath(String path, Node node) {
    private static final int NEAREST = 3;

    /// @param path `/a/b`; the first slash may be missing, empty names and `.` are passed over
    /// @throws HoldfastException.PreCheckFailed when there is nothing at that path; names what is near
    public static SnapshotPath resolve(Repository repository, Snapshot snapshot, String path) throws IOException {
        SnapshotPath at = new SnapshotPath("/", root(snapshot));
        for (String name : path.split("/")) {
            if (!name.isEmpty() && !name.equals(".")) {
                at = at.child(repository, snapshot, name);
            }
        }
        return at;
    }

    /// The root as a node: a folder without a name.
    public static Node root(Snapshot snapshot) {
        Attributes attributes =
                new Attributes(0755, snapshot.time(), snapshot.time(), snapshot.time(), 0, 0, "", "", 0, 0, List.of());
        return new Node("", NodeType.DIRECTORY, attributes, 0, 0, "", 0, List.of(), snapshot.tree());
    }

    private SnapshotPath child(Repository repository, Snapshot snapshot, String name) throws IOException {
        ObjectId subtree = node.subtree();
        if (subtree == null) {
            throw notFound(snapshot, name, FileNames.display(path) + " is no folder", "");
        }
        List<Node> nodes = repository.loadTree(subtree).nodes();
        Optional<Node> found =
                nodes.stream().filter(node -> node.name().equals(name)).findFirst();
        if (found.isPresent()) {
            return new SnapshotPath(FolderPaths.below(path, name), found.get());
        }
        List<String> near = nearest(name, nodes.stream().map(Node::name).toList());
        throw notFound(
                snapshot,
                name,
                FileNames.display(path) + " has no such entry",
                near.isEmpty() ? "the folder is empty" : "near: " + String.join(", ", near));
    }

    private HoldfastException.PreCheckFailed notFound(Snapshot snapshot, String name, String why, String hint) {
        return new HoldfastException.PreCheckFailed(
                "cannot find " + FileNames.display(FolderPaths.below(path, name)) + " in snapshot "
                        + snapshot.id().brief() + ": " + why,
                hint);
    }

    /// The few names nearest to what was asked for, nearest first, fit to be shown.
    static List<String> nearest(String wanted, List<String> names) {
        record Near(String name, int distance) {}
        List<Near> all = new ArrayList<>();
        for (String name : names) {
            all.add(new Near(name, EditDistance.between(wanted, name)));
        }
        return all.stream()
                .sorted(Comparator.comparingInt(Near::distance).thenComparing(Near::name))
                .limit(NEAREST)
                .map(near -> FileNames.display(near.name()))
                .toList();
    }
}
