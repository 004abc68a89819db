package holdfast.model;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// The recorded result of verifying one snapshot.
///
/// @param level the level that was aimed at; reached when `passed`
/// @param passed whether every check at and below `level` held
/// @param host where it was verified
/// @param checks what was checked; a bounded list, failures first
public record Proof(
        ObjectId snapshot,
        ProofLevel level,
        boolean passed,
        Instant at,
        Duration took,
        String host,
        List<CheckResult> checks) {
    public Proof {
        checks = List.copyOf(checks);
    }
}
