package holdfast.extract;

import holdfast.extract.ExtractPlan.PlannedDirectory;
import holdfast.extract.ExtractPlan.PlannedLink;
import holdfast.extract.ExtractPlan.PlannedNode;
import holdfast.io.posix.FileStatus;
import holdfast.io.posix.HostFiles;
import holdfast.io.posix.OpenDirectory;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.Progress;
import holdfast.repository.Repository;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/// Carries out a plan. A file appears under its name only when it is whole; what could not be restored
/// is named in the result and is not there. Everything written survives a loss of power once this
/// returns. Used by one thread.
public final class Extractor {
    private final Repository repository;
    private final HostFiles host;
    private final ExtractOptions options;
    private final Progress progress;
    private final Failures failures = new Failures();
    private final AttributeWriter attributes;

    public Extractor(Repository repository, HostFiles host, ExtractOptions options, Progress progress) {
        this.repository = repository;
        this.host = host;
        this.options = options;
        this.progress = progress;
        this.attributes = new AttributeWriter(options.owners(), failures);
    }

    /// @throws IOException when the storage failed, or a target directory cannot be made
    public ExtractResult run(ExtractPlan plan) throws IOException {
        progress.expect(plan.bytes(), plan.nodes());
        try (Directories directories = new Directories(host, plan.directories())) {
            BitSet missing = makeDirectories(plan.directories(), directories);
            FileWriter writer = new FileWriter(
                    repository, directories, plan.files(), missing, options, progress, failures, attributes);
            writer.run();
            BitSet others = new BitSet(plan.others().size());
            for (int i = 0; i < plan.others().size(); i++) {
                others.set(i, makeOther(plan.others().get(i), directories, missing));
            }
            for (PlannedLink link : plan.links()) {
                boolean done = link.ofFile() ? writer.done(link.first()) : others.get(link.first());
                makeLink(plan, link, directories, missing, done);
            }
            finishDirectories(plan.directories(), directories, missing);
            return new ExtractResult(
                    writer.files()
                            + plan.links().stream().filter(PlannedLink::ofFile).count(),
                    writer.writtenBytes(),
                    writer.keptBytes(),
                    failures.list(),
                    failures.count());
        }
    }

    /// @return directories that could not be made: nothing below them will be
    private BitSet makeDirectories(List<PlannedDirectory> plan, Directories directories) throws IOException {
        BitSet missing = new BitSet(plan.size());
        for (int i = 0; i < plan.size(); i++) {
            PlannedDirectory directory = plan.get(i);
            if (directory.parent() < 0) {
                Files.createDirectories(Path.of(directory.name()));
                directories.in(i, LeftOvers::remove);
                continue;
            }
            if (missing.get(directory.parent())) {
                missing.set(i);
                continue;
            }
            try {
                boolean made = directories.in(directory.parent(), parent -> makeDirectory(parent, directory.name()));
                if (!made) {
                    directories.in(i, LeftOvers::remove);
                }
            } catch (IOException e) {
                failures.add(directory.path(), e);
                missing.set(i);
            }
            progress.items(1);
        }
        return missing;
    }

    /// @return whether it was not there yet
    private static boolean makeDirectory(OpenDirectory parent, String name) throws IOException {
        try {
            parent.createDirectory(name);
            return true;
        } catch (FileAlreadyExistsException e) {
            if (parent.status(name).type() != NodeType.DIRECTORY) {
                throw e;
            }
            return false;
        }
    }

    private void makeLink(
            ExtractPlan plan, PlannedLink link, Directories directories, BitSet missing, boolean firstDone) {
        if (missing.get(link.directory()) || !firstDone) {
            failures.add(link.path(), "what it is another name of could not be restored");
            return;
        }
        String first = plan.firstName(link);
        try {
            directories.in(
                    link.directory(),
                    directory -> directories.in(plan.firstDirectory(link), other -> {
                        if (!sameFile(directory, link.name(), other, first)) {
                            makeRoom(directory, link.name());
                            directory.createLink(link.name(), other, first);
                        }
                        return true;
                    }));
        } catch (IOException e) {
            failures.add(link.path(), e);
        }
        progress.items(1);
    }

    private static boolean sameFile(OpenDirectory left, String name, OpenDirectory right, String other)
            throws IOException {
        try {
            return left.status(name).sameNode(right.status(other));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private boolean makeOther(PlannedNode other, Directories directories, BitSet missing) {
        if (missing.get(other.directory())) {
            failures.add(other.path(), "its directory could not be made");
            return false;
        }
        try {
            directories.in(other.directory(), directory -> {
                makeRoom(directory, other.name());
                Node node = other.node();
                if (node.type() == NodeType.SYMLINK) {
                    directory.createSymbolicLink(other.name(), node.linkTarget());
                } else {
                    directory.createSpecial(other.name(), node.type(), node.device());
                }
                attributes.apply(directory, other.name(), node, other.path());
                return true;
            });
            progress.items(1);
            return true;
        } catch (IOException e) {
            failures.add(other.path(), e);
            return false;
        }
    }

    /// Removes what has the name, if replacing was asked for.
    private void makeRoom(OpenDirectory directory, String name) throws IOException {
        try {
            FileStatus there = directory.status(name);
            if (options.replace() && there.type() != NodeType.DIRECTORY) {
                directory.deleteFile(name);
            }
        } catch (NoSuchFileException e) {
            // nothing there: there is room
        }
    }

    /// Times of directories last, deepest first, since everything made in them changes them.
    private void finishDirectories(List<PlannedDirectory> plan, Directories directories, BitSet missing)
            throws IOException {
        for (int i = plan.size() - 1; i >= 0; i--) {
            PlannedDirectory directory = plan.get(i);
            if (missing.get(i)) {
                continue;
            }
            if (directory.parent() < 0) {
                directories.in(i, root -> {
                    root.forceFileSystem();
                    return true;
                });
            } else if (!directory.keepAttributes()) {
                try {
                    directories.in(directory.parent(), parent -> {
                        attributes.apply(parent, directory.name(), directory.node(), directory.path());
                        return true;
                    });
                } catch (IOException e) {
                    failures.add(directory.path(), e);
                }
            }
        }
    }

    /// Room the plan needs and the target has, in bytes.
    ///
    /// @throws HoldfastException.PreCheckFailed when the target has too little
    public static void checkRoom(HostFiles host, ExtractPlan plan, String directory) throws IOException {
        Path existing = Path.of(directory).toAbsolutePath();
        while (existing != null && !Files.isDirectory(existing)) {
            existing = existing.getParent();
        }
        if (existing == null) {
            return;
        }
        try (OpenDirectory open = host.open(existing.toString())) {
            if (open.usableBytes() < plan.bytes()) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot restore to " + directory + ": " + (plan.bytes() >> 20) + " MiB are needed, "
                                + (open.usableBytes() >> 20) + " MiB are free",
                        "free some space or choose another --target");
            }
        }
    }
}
