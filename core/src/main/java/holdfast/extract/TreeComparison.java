package holdfast.extract;

import holdfast.extract.ExtractPlan.PlannedDirectory;
import holdfast.extract.ExtractPlan.PlannedFile;
import holdfast.extract.ExtractPlan.PlannedLink;
import holdfast.extract.ExtractPlan.PlannedNode;
import holdfast.io.Parallel;
import holdfast.io.posix.Capability;
import holdfast.io.posix.FileStatus;
import holdfast.io.posix.HostFiles;
import holdfast.io.posix.OpenDirectory;
import holdfast.io.posix.OpenFile;
import holdfast.model.Attributes;
import holdfast.model.BlobType;
import holdfast.model.ExtendedAttribute;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.repository.IndexEntry;
import holdfast.repository.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Compares what stands on this host with what a plan says, by reading it again: kinds, attributes,
/// link targets, and the content of every file against the hashes of its blobs. Shares no state with
/// the extraction.
public final class TreeComparison {
    private final Repository repository;
    private final HostFiles host;
    private final boolean owners;
    private final Progress progress;
    private final Failures differences = new Failures();

    /// @param owners whether owner and group must be equal
    public TreeComparison(Repository repository, HostFiles host, boolean owners, Progress progress) {
        this.repository = repository;
        this.host = host;
        this.owners = owners;
        this.progress = progress;
    }

    /// What differs.
    ///
    /// @param list the first of them
    /// @param count all of them
    public record Differences(List<ExtractResult.Failure> list, long count) {}

    /// @param threads files read at the same time
    public Differences run(ExtractPlan plan, int threads) throws IOException {
        progress.expect(plan.bytes(), plan.nodes());
        try (Directories directories = new Directories(host, plan.directories())) {
            List<Integer> files =
                    IntStream.range(0, plan.files().size()).boxed().toList();
            Parallel.each(files, threads, i -> file(plan.files().get(i), directories));
            for (PlannedNode other : plan.others()) {
                look(other.directory(), other.name(), other.node(), other.path(), directories);
            }
            for (PlannedLink link : plan.links()) {
                link(plan, link, directories);
            }
            for (PlannedDirectory directory : plan.directories()) {
                if (directory.parent() >= 0 && !directory.keepAttributes()) {
                    look(directory.parent(), directory.name(), directory.node(), directory.path(), directories);
                }
            }
        }
        return new Differences(differences.list(), differences.count());
    }

    private void file(PlannedFile file, Directories directories) {
        try {
            directories.in(file.directory(), directory -> {
                attributes(directory, file.name(), file.node(), file.path());
                try (OpenFile open = directory.read(file.name())) {
                    content(open, file);
                }
                return true;
            });
        } catch (IOException e) {
            differences.add(file.path(), e);
        }
        progress.items(1);
    }

    private void content(OpenFile open, PlannedFile file) throws IOException {
        List<IndexEntry> blobs = new ArrayList<>();
        for (ObjectId id : file.node().content()) {
            IndexEntry blob = repository.index().find(BlobType.DATA, id);
            if (blob == null) {
                differences.add(file.path(), "blob " + id.brief() + " is not in the repository's index");
                return;
            }
            blobs.add(blob);
        }
        long size = open.status().size();
        if (size != file.node().size()) {
            differences.add(
                    file.path(),
                    "has " + size + " bytes instead of " + file.node().size());
            return;
        }
        int matching = DeltaComparison.matching(open, blobs).cardinality();
        if (matching < blobs.size()) {
            differences.add(
                    file.path(), "content differs in " + (blobs.size() - matching) + " of " + blobs.size() + " chunks");
        }
        progress.bytes(size);
    }

    private void look(int parent, String name, Node node, String path, Directories directories) {
        try {
            directories.in(parent, directory -> {
                attributes(directory, name, node, path);
                return true;
            });
        } catch (IOException e) {
            differences.add(path, e);
        }
        progress.items(1);
    }

    private void attributes(OpenDirectory directory, String name, Node node, String path) throws IOException {
        FileStatus status = directory.status(name);
        Attributes wanted = node.attributes();
        if (status.type() != node.type()) {
            differences.add(
                    path,
                    "is a " + status.type().label() + " instead of a "
                            + node.type().label());
            return;
        }
        if (owners && (status.uid() != wanted.uid() || status.gid() != wanted.gid())) {
            differences.add(
                    path,
                    "owner " + status.uid() + ":" + status.gid() + " instead of " + wanted.uid() + ":" + wanted.gid());
        }
        boolean link = node.type() == NodeType.SYMLINK;
        if (!link && status.mode() != wanted.mode()) {
            differences.add(path, String.format("mode %o instead of %o", status.mode(), wanted.mode()));
        }
        if (!status.mtime().equals(wanted.mtime())) {
            differences.add(path, "modified " + status.mtime() + " instead of " + wanted.mtime());
        }
        if (link && !directory.linkTarget(name).equals(node.linkTarget())) {
            differences.add(path, "points elsewhere");
        }
        boolean device = node.type() == NodeType.DEVICE || node.type() == NodeType.CHARACTER_DEVICE;
        if (device && status.device() != node.device()) {
            differences.add(path, "is another device");
        }
        extended(directory, name, wanted.extended(), path);
    }

    private void extended(OpenDirectory directory, String name, List<ExtendedAttribute> wanted, String path)
            throws IOException {
        if (!host.capabilities().contains(Capability.ALL_EXTENDED_ATTRIBUTES)) {
            return;
        }
        List<String> names = directory.extendedAttributes(name);
        for (ExtendedAttribute attribute : wanted) {
            if (!names.contains(attribute.name())
                    || !directory.extendedAttribute(name, attribute.name()).equals(attribute)) {
                differences.add(path, "extended attribute " + attribute.name() + " differs");
            }
        }
    }

    private void link(ExtractPlan plan, PlannedLink link, Directories directories) {
        try {
            String first = plan.firstName(link);
            boolean same = directories.in(
                    link.directory(),
                    directory -> directories.in(
                            plan.firstDirectory(link),
                            other -> directory.status(link.name()).sameNode(other.status(first))));
            if (!same) {
                differences.add(link.path(), "is not the same node as " + first + ", of which it is another name");
            }
        } catch (IOException e) {
            differences.add(link.path(), e);
        }
        progress.items(1);
    }
}
