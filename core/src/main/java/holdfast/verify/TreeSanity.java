package holdfast.verify;

import holdfast.model.BlobType;
import holdfast.model.FileNames;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Tree;
import holdfast.repository.BlobIndex;
import holdfast.repository.IndexEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Whether a tree that could be read makes sense beyond what reading it asks for, which are names that
/// are file names and trees for folders alone. Pure, but for looking into the index.
final class TreeSanity {
    private TreeSanity() {}

    /// What is wrong with a tree's entries as such; empty when nothing is.
    static List<String> problems(Tree tree, BlobIndex index) {
        List<String> problems = new ArrayList<>();
        String last = null;
        for (Node node : tree.nodes()) {
            if (node.type() != NodeType.FILE && !node.content().isEmpty()) {
                problems.add(FileNames.display(node.name()) + " is no file and has content");
            }
            sizeProblem(node, index).ifPresent(problems::add);
            if (last != null && FileNames.compare(last, node.name()) >= 0) {
                String why = last.equals(node.name()) ? " is there twice" : " is out of order";
                problems.add(FileNames.display(node.name()) + why);
            }
            last = node.name();
        }
        return problems;
    }

    /// The size of a file against the sum of its blobs, as far as these are known.
    private static Optional<String> sizeProblem(Node node, BlobIndex index) {
        if (node.type() != NodeType.FILE) {
            return Optional.empty();
        }
        long bytes = 0;
        for (ObjectId blob : node.content()) {
            IndexEntry entry = index.find(BlobType.DATA, blob);
            if (entry == null) {
                return Optional.empty();
            }
            bytes += entry.plainBytes();
        }
        return bytes == node.size()
                ? Optional.empty()
                : Optional.of("file " + FileNames.display(node.name()) + " has " + bytes + " bytes of content, not "
                        + node.size());
    }
}
