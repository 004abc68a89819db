package holdfast.repository;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// What a lock lets its holder do. To restic, which knows two kinds, [#MAINTENANCE] is exclusive: none of its
/// commands begins beside it, and it is not to be had while one of them runs.
public enum LockMode {
    /// To read and to add.
    SHARED,
    /// To remove what nobody relies on, beside Holdfast's own shared locks: their holders know the [Mark]s.
    MAINTENANCE,
    /// To do what nobody else may see half done.
    EXCLUSIVE;

    /// Whether restic sees an exclusive lock.
    boolean exclusive() {
        return this != SHARED;
    }

    /// Whether a lock of this mode may be held beside another one.
    boolean goesWith(LockInfo other) {
        return switch (this) {
            case SHARED -> other.mode() != EXCLUSIVE;
            case MAINTENANCE -> other.knowsMarks() && other.mode() == SHARED;
            case EXCLUSIVE -> false;
        };
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<LockMode> of(String label) {
        return Stream.of(values()).filter(mode -> mode.label().equals(label)).findFirst();
    }
}
