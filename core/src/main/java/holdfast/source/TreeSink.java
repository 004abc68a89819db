package holdfast.source;

import holdfast.model.SourceRecord;
import java.util.Optional;

/// Where sources put their nodes: the snapshot's tree from its root. Safe for use by many threads.
public interface TreeSink {
    /// The directory at an absolute path such as `/srv/app`, `/` being the root. Folders above a
    /// source are shared by all sources of a snapshot and closed by the sink's owner, so the answer
    /// is not to be closed by the source; their attributes are those of the real folders.
    ///
    /// @param absolutePath as [holdfast.model.FileNames] decodes it, normalised, without a trailing
    ///     slash
    DirectorySink at(String absolutePath);

    /// What the parent snapshot says of a source; empty when there is none, or when everything is
    /// to be read.
    ///
    /// @param path of the source's root node, as in [SourceRecord#path]
    default Optional<SourceRecord> before(String path) {
        return Optional.empty();
    }
}
