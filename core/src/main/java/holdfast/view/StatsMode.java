package holdfast.view;

import java.util.Locale;
import java.util.Optional;

/// What to measure, by the words restic uses.
public enum StatsMode {
    /// What a restore of each snapshot would write; hard links count once per snapshot.
    RESTORE_SIZE,
    /// Files that differ in content, each content once.
    FILES_BY_CONTENTS,
    /// Blobs the snapshots use, each once, as they lie in the repository.
    RAW_DATA,
    /// Blobs of files that differ in content, a blob once per path.
    BLOBS_PER_FILE;

    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<StatsMode> of(String label) {
        for (StatsMode mode : values()) {
            if (mode.label().equals(label)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }
}
