package holdfast.model;

import java.util.Locale;
import java.util.Optional;

/// How far a snapshot has been proven; each level includes the ones before it.
public enum ProofLevel {
    /// Every blob uploaded, sizes match, snapshot committed.
    WRITTEN(0),
    /// Packs read again, hashes and authentication codes valid.
    STORED(1),
    /// Structure checked: manifest against tree, `integrity_check`.
    SOUND(2),
    /// Restored into a sandbox; every table or file read.
    RESTORED(3),
    /// Row count and fingerprint of every table, and every file, equal to what was backed up.
    IDENTICAL(4),
    /// The user's own queries and commands pass on the restored copy.
    USEFUL(5);

    private final int number;

    ProofLevel(int number) {
        this.number = number;
    }

    /// The number people type: 0 to 5.
    public int number() {
        return number;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// By number or by name.
    public static Optional<ProofLevel> of(String text) {
        for (ProofLevel level : values()) {
            if (level.label().equalsIgnoreCase(text)
                    || Integer.toString(level.number()).equals(text)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }
}
