package holdfast.source;

import holdfast.model.CheckResult;
import holdfast.model.ProofLevel;
import holdfast.model.SourceRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Looks at restored content the way its kind of source can: integrity, tables, fingerprints.
public interface Inspector {
    /// The highest level that such a source can be proven to, whatever state it is in.
    ///
    /// @param recorded what `holdfast.json` says of the source
    default ProofLevel highest(SourceRecord recorded) {
        return ProofLevel.IDENTICAL;
    }

    /// Checks the restored copy up to `level`: [ProofLevel#SOUND] the source's own integrity check;
    /// [ProofLevel#RESTORED] everything can be opened and read; [ProofLevel#IDENTICAL] row counts and fingerprints
    /// equal `recorded`. Changes nothing at `restored`, not even a journal beside it.
    ///
    /// @param recorded what `holdfast.json` says of the source
    /// @param restored the restored database file, or the root of the restored tree
    /// @return every check made; a failed one is a finding, not an exception
    /// @throws IOException when the copy cannot be read at all for reasons outside of it (disk, permissions)
    List<CheckResult> inspect(SourceRecord recorded, Path restored, ProofLevel level) throws IOException;
}
