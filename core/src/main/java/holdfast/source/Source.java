package holdfast.source;

import holdfast.model.SourceKind;
import java.io.IOException;

/// Something that is protected: a SQLite database, a file tree.
///
/// Reading happens in two steps so that several sources make one consistency set: first every source's [#capture]
/// fixes its instant (as quickly as it can, holding writers up as little as it can), then each capture is read.
public interface Source {
    SourceKind kind();

    /// What it is, as the user knows it and without secrets; an absolute path for files and SQLite.
    String location();

    /// Fixes the state that will be stored. The caller closes the capture, read or not.
    ///
    /// @throws IOException when the source cannot be read
    /// @throws holdfast.model.HoldfastException when a person must act first, for instance a missing file
    Capture capture() throws IOException;
}
