package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.model.Attributes;
import holdfast.model.Node;
import holdfast.model.Snapshot;
import holdfast.repository.Repository;
import holdfast.view.NodeLine;
import holdfast.view.SnapshotListing;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "ls",
        description = "List what a snapshot holds: everything, or what lies in the folders named.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast ls latest",
            "  holdfast ls latest /srv/uploads -l",
            "  holdfast ls 5a1c3e77 /srv --recursive --json"
        })
final class LsCommand implements Callable<Integer> {
    /// A line of `ls --json`; restic's names.
    ///
    /// @param mode permission bits as a number
    record NodeDocument(
            String messageType,
            String name,
            String type,
            String path,
            long uid,
            long gid,
            long size,
            int mode,
            Instant mtime,
            Instant atime,
            Instant ctime,
            long inode,
            String linktarget) {
        static NodeDocument of(String path, Node node) {
            Attributes attributes = node.attributes();
            return new NodeDocument(
                    "node",
                    node.name(),
                    node.type().label(),
                    path,
                    attributes.uid(),
                    attributes.gid(),
                    node.size(),
                    attributes.mode(),
                    attributes.mtime(),
                    attributes.atime(),
                    attributes.ctime(),
                    attributes.inode(),
                    node.linkTarget());
        }
    }

    /// The first line of `ls --json`.
    record Head(String messageType, SnapshotDocument snapshot) {}

    private final Session session;

    @Parameters(index = "0", paramLabel = "SNAPSHOT", description = "latest, an id or its beginning, or a time")
    private String reference = "latest";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "PATH",
            description = "Absolute paths. Default: everything")
    private final List<String> paths = new ArrayList<>();

    @Option(
            names = {"-l", "--long"},
            description = "With modes, owners, sizes and times")
    private boolean details;

    @Option(names = "--recursive", description = "List folders in the folders named too")
    private boolean recursive;

    @Mixin
    private final SnapshotFilterOptions filter = new SnapshotFilterOptions();

    LsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        try (OpenRepository open = session.open();
                HeldLock lock = open.lockToRead()) {
            Repository repository = open.repository();
            Snapshot snapshot = repository.find(reference, filter.filter(repository), session.zone());
            Console console = session.console();
            console.note("snapshot " + snapshot.id().brief() + " of " + session.time(snapshot.time()));
            if (console.manner().json()) {
                SnapshotView view =
                        SnapshotView.of(repository, List.of(snapshot)).getFirst();
                console.document(new Head("snapshot", SnapshotDocument.of(view)));
            }
            SnapshotListing listing = new SnapshotListing(repository);
            for (String path : paths.isEmpty() ? List.of("/") : paths) {
                listing.list(snapshot, path, recursive || paths.isEmpty(), this::print);
            }
            lock.check();
        }
        return ExitCode.DONE;
    }

    private void print(String path, Node node) {
        Console console = session.console();
        if (console.manner().json()) {
            console.listed(NodeDocument.of(path, node));
        } else {
            console.listed(details ? NodeLine.of(path, node, session.zone()) : Console.safe(path));
        }
    }
}
