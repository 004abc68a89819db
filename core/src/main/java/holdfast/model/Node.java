package holdfast.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One entry of a tree: a file, directory, link or special file. Immutable.
///
/// @param name one path component as [FileNames] decodes it
/// @param size bytes of content; 0 for what is no file
/// @param links number of hard links, 0 if unknown
/// @param linkTarget where a symbolic link points, as [FileNames] decodes it; empty for all else
/// @param device `st_rdev` of a device node, else 0
/// @param content the blobs of a file, in order; empty for all else
/// @param subtree the tree of a directory; null for all else
public record Node(
        String name,
        NodeType type,
        Attributes attributes,
        long size,
        long links,
        String linkTarget,
        long device,
        List<ObjectId> content,
        @Nullable ObjectId subtree) {
    public Node {
        content = List.copyOf(content);
    }

    public Node withContent(List<ObjectId> blobs, long bytes) {
        return new Node(name, type, attributes, bytes, links, linkTarget, device, blobs, subtree);
    }

    public Node withSubtree(ObjectId tree) {
        return new Node(name, type, attributes, size, links, linkTarget, device, content, tree);
    }
}
