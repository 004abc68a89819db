package holdfast.extract;

import holdfast.extract.ExtractPlan.PlannedDirectory;
import holdfast.extract.ExtractPlan.PlannedFile;
import holdfast.extract.ExtractPlan.PlannedLink;
import holdfast.extract.ExtractPlan.PlannedNode;
import holdfast.model.Attributes;
import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Tree;
import holdfast.repository.FolderPaths;
import holdfast.repository.Repository;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Walks a snapshot's tree and decides what stands where. Reads only the repository. Used by one
/// thread, once.
public final class Planner {
    /// What an entry of the plan takes at least, besides its paths, in bytes.
    private static final int ENTRY_BYTES = 250;

    private record Inode(long device, long inode) {}

    private final Repository repository;
    private final PathFilter filter;
    private final List<PlannedDirectory> directories = new ArrayList<>();
    private final List<PlannedFile> files = new ArrayList<>();
    private final List<PlannedLink> links = new ArrayList<>();
    private final List<PlannedNode> others = new ArrayList<>();
    private final Map<Inode, Integer> linkedFiles = new HashMap<>();
    private final Map<Inode, Integer> linkedOthers = new HashMap<>();
    private Set<String> except = Set.of();
    private final FolderPaths paths;
    private final Deque<Folder> open = new ArrayDeque<>();
    private long bytes;
    private long memory = Runtime.getRuntime().maxMemory();

    private Planner(Repository repository, PathFilter filter) throws IOException {
        this.repository = repository;
        this.filter = filter;
        this.paths = new FolderPaths(repository);
    }

    /// @param root the snapshot's tree
    /// @throws HoldfastException.PreCheckFailed when a placement's path is not in the snapshot
    /// @throws HoldfastException.Damaged when a tree cannot be read or could write outside of its
    ///     directory
    public static ExtractPlan plan(Repository repository, ObjectId root, List<Placement> placements, PathFilter filter)
            throws IOException {
        Planner planner = new Planner(repository, filter);
        for (Placement placement : placements) {
            planner.place(root, placement);
        }
        return new ExtractPlan(planner.directories, planner.files, planner.links, planner.others, planner.bytes);
    }

    private void place(ObjectId root, Placement placement) throws IOException {
        except = placement.except();
        Node node = resolve(root, placement.from());
        PlannedDirectory base = new PlannedDirectory(
                -1, placement.directory(), plain(placement.directory()), true, placement.directory());
        int directory = add(base);
        if (placement.name().isEmpty()) {
            if (node.type() != NodeType.DIRECTORY) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot restore " + FileNames.display(placement.from()) + ": it is no directory",
                        "name the file itself with --include");
            }
            enter(node, placement.from(), new Lazy(directory));
        } else {
            visit(node, placement.name(), placement.from(), new Lazy(directory));
        }
        walk();
    }

    /// A directory that comes into being when the first entry needs it.
    private final class Lazy {
        private final @Nullable Lazy parent;
        private final @Nullable Node node;
        private final String name;
        private int index;

        Lazy(int index) {
            this.parent = null;
            this.node = null;
            this.name = "";
            this.index = index;
        }

        Lazy(Lazy parent, Node node, String name) {
            this.parent = parent;
            this.node = node;
            this.name = name;
            this.index = -1;
        }

        int index() {
            if (index < 0 && parent != null && node != null) {
                int above = parent.index();
                index = add(new PlannedDirectory(
                        above, name, node, false, join(directories.get(above).path(), name)));
            }
            return index;
        }
    }

    private void visit(Node node, String name, String source, Lazy parent) throws IOException {
        boolean isDirectory = node.type() == NodeType.DIRECTORY;
        PathFilter.Choice choice = filter.choose(source, isDirectory);
        if (choice == PathFilter.Choice.LEAVE || (choice == PathFilter.Choice.DESCEND && !isDirectory)) {
            return;
        }
        switch (node.type()) {
            case DIRECTORY -> {
                Lazy directory = new Lazy(parent, node, name);
                if (choice == PathFilter.Choice.TAKE) {
                    directory.index();
                }
                enter(node, source, directory);
            }
            case FILE -> file(node, name, source, parent.index());
            case SYMLINK, FIFO, SOCKET, DEVICE, CHARACTER_DEVICE -> other(node, name, parent.index());
            case IRREGULAR -> {
                // nothing is known of it that could be brought back
            }
        }
    }

    /// A folder of the snapshot that is being gone through.
    private static final class Folder {
        private final String source;
        private final Lazy directory;
        private final Iterator<Node> rest;
        private @Nullable String before;

        Folder(String source, Lazy directory, Tree tree) {
            this.source = source;
            this.directory = directory;
            this.rest = tree.nodes().iterator();
        }
    }

    /// Goes through all that was entered. Folders are as deep as they are, so no method calls itself.
    private void walk() throws IOException {
        while (!open.isEmpty()) {
            Folder folder = open.getFirst();
            if (!folder.rest.hasNext()) {
                open.pop();
                continue;
            }
            Node entry = folder.rest.next();
            String name = entry.name();
            if (folder.before != null && FileNames.compare(folder.before, name) >= 0) {
                throw damaged(folder.source, "two entries named " + FileNames.display(name) + ", or out of order");
            }
            folder.before = name;
            if (name.isEmpty()
                    || name.equals(".")
                    || name.equals("..")
                    || name.indexOf('/') >= 0
                    || name.indexOf(0) >= 0) {
                throw damaged(folder.source, "an entry that would lead outside: " + FileNames.display(name));
            }
            String path = FolderPaths.below(folder.source, name);
            if (!except.contains(path)) {
                visit(entry, name, path, folder.directory);
            }
        }
    }

    private void enter(Node node, String source, Lazy directory) throws IOException {
        ObjectId subtree = node.subtree();
        if (subtree == null) {
            throw damaged(source, "a directory without a tree");
        }
        Tree tree = tree(subtree, source);
        paths.enter(source, subtree, tree);
        open.push(new Folder(source, directory, tree));
    }

    private void file(Node node, String name, String source, int directory) {
        int first = first(node, linkedFiles, files.size());
        if (first < files.size() && files.get(first).node().content().equals(node.content())) {
            String path = pathIn(directory, name);
            take(path.length());
            links.add(new PlannedLink(directory, name, true, first, path));
            return;
        }
        String path = pathIn(directory, name);
        take(source.length() + path.length());
        files.add(new PlannedFile(directory, name, node, path, source));
        bytes = bytes + node.size() < 0 ? Long.MAX_VALUE : bytes + node.size();
    }

    private void other(Node node, String name, int directory) {
        int first = first(node, linkedOthers, others.size());
        if (first < others.size() && others.get(first).node().type() == node.type()) {
            String path = pathIn(directory, name);
            take(path.length());
            links.add(new PlannedLink(directory, name, false, first, path));
            return;
        }
        String path = pathIn(directory, name);
        take(path.length());
        others.add(new PlannedNode(directory, name, node, path));
    }

    /// Index of the node of which this one is another name; `next`, under which it is remembered, if it is the first.
    private static int first(Node node, Map<Inode, Integer> linked, int next) {
        Attributes attributes = node.attributes();
        if (node.links() < 2 || attributes.inode() == 0) {
            return next;
        }
        Integer known = linked.putIfAbsent(new Inode(attributes.deviceId(), attributes.inode()), next);
        return known == null ? next : known;
    }

    private Node resolve(ObjectId root, String path) throws IOException {
        Node node = plain("/").withSubtree(root);
        StringBuilder at = new StringBuilder();
        for (String name : path.split("/", -1)) {
            if (name.isEmpty()) {
                continue;
            }
            ObjectId subtree = node.subtree();
            Node next = subtree == null
                    ? null
                    : tree(subtree, at.toString()).nodes().stream()
                            .filter(entry -> entry.name().equals(name))
                            .findFirst()
                            .orElse(null);
            if (next == null) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot restore " + FileNames.display(path) + ": the snapshot does not hold it",
                        "`holdfast ls` shows what it holds");
            }
            at.append('/').append(name);
            node = next;
        }
        return node;
    }

    private Tree tree(ObjectId id, String source) throws IOException {
        try {
            return repository.loadTree(id);
        } catch (HoldfastException.Damaged e) {
            throw new HoldfastException.Damaged(
                    "cannot read the folder " + (source.isEmpty() ? "/" : FileNames.display(source))
                            + " of the snapshot: " + e.getMessage(),
                    e.hint(),
                    e);
        }
    }

    /// Whether there is memory for one entry more. What is honest takes more than this allows for, so nothing that
    /// could
    /// be restored is refused.
    private void take(int characters) {
        memory -= ENTRY_BYTES + characters;
        if (memory < 0) {
            throw new HoldfastException.Failed(
                    "cannot restore so much at once: more than "
                            + (directories.size() + files.size() + links.size() + others.size())
                            + " entries do not fit into the memory of this process, "
                            + (Runtime.getRuntime().maxMemory() >> 20) + " MiB",
                    "restore it in parts with --include, or allow more by HOLDFAST_JAVA_OPTS=-Xmx2g");
        }
    }

    private int add(PlannedDirectory directory) {
        take(directory.path().length());
        directories.add(directory);
        return directories.size() - 1;
    }

    private String pathIn(int directory, String name) {
        return join(directories.get(directory).path(), name);
    }

    private static String join(String directory, String name) {
        return directory.endsWith("/") ? directory + name : directory + "/" + name;
    }

    private static Node plain(String name) {
        Attributes attributes =
                new Attributes(0755, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, 0, 0, "", "", 0, 0, List.of());
        return new Node(name, NodeType.DIRECTORY, attributes, 0, 0, "", 0, List.of(), null);
    }

    private static HoldfastException.Damaged damaged(String source, String why) {
        return new HoldfastException.Damaged(
                "the folder " + (source.isEmpty() ? "/" : FileNames.display(source))
                        + " of the snapshot is not to be trusted: " + why,
                "nothing was written; `holdfast check` shows what else is wrong");
    }
}
