package holdfast.source.files;

import holdfast.io.posix.FileStatus;
import holdfast.io.posix.HostFiles;
import holdfast.io.posix.OpenDirectory;
import holdfast.model.NodeType;
import holdfast.model.SourceRecord;
import holdfast.source.Capture;
import holdfast.source.TreeSink;
import java.io.IOException;

/// A file tree, found to be there. What it holds is only known when it has been walked, so nothing is expected
/// beforehand of a directory: counting first would read all of its metadata twice.
final class FilesCapture implements Capture {
    private final HostFiles files;
    private final String root;
    private final FilesOptions options;
    private final OpenDirectory parent;
    private final FileStatus status;

    /// @param parent the open directory above the root, or the root itself if that is `/`; closed with this
    FilesCapture(HostFiles files, String root, FilesOptions options, OpenDirectory parent, FileStatus status) {
        this.files = files;
        this.root = root;
        this.options = options;
        this.parent = parent;
        this.status = status;
    }

    @Override
    public long expectedBytes() {
        return status.type() == NodeType.FILE ? status.size() : 0;
    }

    @Override
    public long expectedFiles() {
        return status.type() == NodeType.FILE ? 1 : 0;
    }

    @Override
    public SourceRecord writeTo(TreeSink tree) throws IOException {
        Findings findings = new Findings();
        Selection selection = new Selection(files, options, status.deviceId());
        try (Readers readers = new Readers(files, findings)) {
            new TreeWalk(files, selection, readers, findings).walk(root, parent, tree);
            readers.finish();
        }
        return findings.record(root, files.capabilities());
    }

    @Override
    public void close() throws IOException {
        parent.close();
    }
}
