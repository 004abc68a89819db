package holdfast.source.files;

import holdfast.io.posix.FileStatus;
import holdfast.io.posix.HostFiles;
import holdfast.io.posix.NodeReader;
import holdfast.io.posix.OpenDirectory;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.source.TreeSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Walks a tree with one thread, depth first and without recursion. Of the directories on its way the
/// nearest few hundred are kept open, and those whose files are still being read, however deep the tree
/// is. What cannot be read becomes a finding; what the sink throws goes through.
final class TreeWalk {
    /// More than the files that can wait for a reader, so that what lies further up is hardly ever still needed.
    private static final int NEAR = 400;

    private final Selection selection;
    private final Readers readers;
    private final Findings findings;
    private final NodeReader nodes;

    TreeWalk(HostFiles files, Selection selection, Readers readers, Findings findings) {
        this.selection = selection;
        this.readers = readers;
        this.findings = findings;
        nodes = new NodeReader(files);
    }

    /// @param above the open directory above the root, or `/` itself
    /// @throws IOException when the root cannot be read, or the sink fails
    void walk(String root, OpenDirectory above, TreeSink tree) throws IOException {
        boolean all = selection.includesEverything();
        Folder first;
        if (root.equals("/")) {
            first = Folder.outermost(above, "", all, sorted(above.names()), tree.at("/"));
        } else {
            int slash = root.lastIndexOf('/');
            String parent = root.substring(0, slash);
            List<String> name = List.of(root.substring(slash + 1));
            first = Folder.outermost(above, parent, all, name, tree.at(parent.isEmpty() ? "/" : parent));
        }
        List<Folder> open = new ArrayList<>();
        open.add(first);
        try {
            while (!open.isEmpty()) {
                readers.check();
                Folder folder = open.getLast();
                String name = folder.nextName();
                if (name == null) {
                    leave(open);
                } else {
                    boolean isRoot = folder.isOutermost() && !root.equals("/");
                    Folder below = visit(folder, name, isRoot);
                    if (below != null) {
                        open.add(below);
                        restFarAbove(open);
                    }
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            readers.stop(e);
            open.reversed().forEach(readers::letGo);
            throw e;
        }
    }

    private void leave(List<Folder> open) {
        Folder done = open.removeLast();
        if (!open.isEmpty()) {
            try {
                open.getLast().resume(done);
            } catch (IOException e) {
                findings.failure(open.getLast().path(), Findings.reason(e), true);
            }
        }
        readers.letGo(done);
    }

    private static void restFarAbove(List<Folder> open) throws IOException {
        int far = open.size() - NEAR;
        if (far >= 0 && open.get(far).canRest()) {
            open.get(far).rest();
        }
    }

    private static List<String> sorted(List<String> names) {
        List<String> sorted = new ArrayList<>(names);
        sorted.sort(null);
        return sorted;
    }

    /// @return the directory to go into next, null when the entry is done with
    private @Nullable Folder visit(Folder folder, String name, boolean isRoot) throws IOException {
        String path = folder.path(name);
        FileStatus status;
        try {
            status = folder.directory().status(name);
        } catch (IOException e) {
            if (isRoot) {
                throw e;
            }
            findings.missing(path, e);
            return null;
        }
        boolean directory = status.type() == NodeType.DIRECTORY;
        boolean included = folder.included() || (!isRoot && selection.includes(path, status));
        boolean leftOut = !isRoot && (selection.excludes(path, status) || !(included || directory));
        if (leftOut) {
            findings.excluded();
            return null;
        }
        return switch (status.type()) {
            case DIRECTORY -> enter(folder, name, status, isRoot, included);
            case FILE -> {
                readers.read(folder, name, status);
                yield null;
            }
            case SYMLINK, DEVICE, CHARACTER_DEVICE, FIFO, SOCKET -> {
                store(folder, name, status);
                yield null;
            }
            case IRREGULAR -> {
                findings.failure(path, "is of a kind that cannot be stored", false);
                yield null;
            }
        };
    }

    private void store(Folder folder, String name, FileStatus status) throws IOException {
        List<String> problems = new ArrayList<>();
        Node node;
        try {
            node = nodes.read(folder.directory(), name, name, status, problems::add);
        } catch (IOException e) {
            findings.missing(folder.path(name), e);
            return;
        }
        folder.sink().node(node);
        report(folder.path(name), problems);
    }

    private void report(String path, List<String> problems) {
        problems.forEach(problem -> findings.failure(path, problem, true));
    }

    private @Nullable Folder enter(Folder folder, String name, FileStatus status, boolean isRoot, boolean included)
            throws IOException {
        String path = folder.path(name);
        List<String> problems = new ArrayList<>();
        Folder below;
        try {
            below = open(folder, name, status, included, problems);
        } catch (IOException e) {
            if (isRoot) {
                throw e;
            }
            findings.missing(path, e);
            return null;
        }
        if (included || isRoot) {
            begin(below);
        }
        report(path, problems);
        return below;
    }

    private void begin(Folder folder) throws IOException {
        try {
            folder.sink();
        } catch (IOException | RuntimeException | Error e) {
            readers.stop(e);
            readers.letGo(folder);
            throw e;
        }
    }

    /// Reads all of a directory's own before it is begun in the snapshot, so that one that cannot be read is missing
    /// there instead of empty. A directory of another file system is not entered when that is not wanted.
    private Folder open(Folder folder, String name, FileStatus status, boolean included, List<String> problems)
            throws IOException {
        String path = folder.path(name);
        OpenDirectory directory = folder.directory().directory(name);
        try {
            List<String> names = List.of();
            if (!selection.foreign(status)) {
                names = sorted(selection.unmarked(directory, directory.names()));
            }
            Node node = nodes.read(directory, ".", name, directory.status("."), problems::add);
            return folder.below(node, directory, path, included, names);
        } catch (IOException e) {
            directory.close();
            throw e;
        }
    }
}
