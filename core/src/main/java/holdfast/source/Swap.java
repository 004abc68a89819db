package holdfast.source;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/// Puts a restored copy in the place of the live one, in one step, and keeps the old one beside it.
public interface Swap {
    /// Looks, before anything is touched, whether the live one may be replaced.
    ///
    /// @throws holdfast.model.HoldfastException.PreCheckFailed when somebody is using it
    void check(Path live) throws IOException;

    /// After this returns the restored copy has the live one's name and owner; before, or after a crash
    /// at any point, either the old or the new one is there, whole. `restored` lies in the same
    /// directory and is gone afterwards.
    ///
    /// @param at time for the kept copy's name
    /// @return where the old one is kept; empty when there was none
    Optional<Path> replace(Path restored, Path live, Instant at) throws IOException;
}
