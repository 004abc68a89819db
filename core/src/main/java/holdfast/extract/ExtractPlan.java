package holdfast.extract;

import holdfast.model.Node;
import java.util.List;

/// Everything that will be written, decided before anything is touched. Immutable.
///
/// @param directories parents before their children
/// @param files regular files
/// @param links every further name of a node that the snapshot holds as a hard link
/// @param others symbolic links, FIFOs, sockets, devices
/// @param bytes logical bytes of all files
public record ExtractPlan(
        List<PlannedDirectory> directories,
        List<PlannedFile> files,
        List<PlannedLink> links,
        List<PlannedNode> others,
        long bytes) {
    /// A directory of this host.
    ///
    /// @param parent index of the directory it lies in; -1 for one that is named by its absolute path
    ///     in `name`
    /// @param node what its attributes shall become; its content is unused
    /// @param keepAttributes whether an existing directory's attributes are left alone
    /// @param path absolute path on this host, for messages
    public record PlannedDirectory(int parent, String name, Node node, boolean keepAttributes, String path) {}

    /// @param source absolute path in the snapshot
    public record PlannedFile(int directory, String name, Node node, String path, String source) {}

    /// One more name of a node that is no directory.
    ///
    /// @param ofFile whether it is another name of one of `files`, else of one of `others`
    /// @param first index of the node it is another name of
    public record PlannedLink(int directory, String name, boolean ofFile, int first, String path) {}

    public record PlannedNode(int directory, String name, Node node, String path) {}

    public ExtractPlan {
        directories = List.copyOf(directories);
        files = List.copyOf(files);
        links = List.copyOf(links);
        others = List.copyOf(others);
    }

    /// The directory, by index, of the node a link is another name of.
    int firstDirectory(PlannedLink link) {
        return link.ofFile()
                ? files.get(link.first()).directory()
                : others.get(link.first()).directory();
    }

    /// The name of the node a link is another name of.
    String firstName(PlannedLink link) {
        return link.ofFile()
                ? files.get(link.first()).name()
                : others.get(link.first()).name();
    }

    /// Number of names of regular files.
    public long fileNames() {
        return files.size() + links.stream().filter(PlannedLink::ofFile).count();
    }

    /// Number of nodes, directories that are only opened included.
    public long nodes() {
        return (long) directories.size() + files.size() + links.size() + others.size();
    }
}
