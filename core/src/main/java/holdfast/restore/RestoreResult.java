package holdfast.restore;

import holdfast.extract.ExtractResult;
import holdfast.model.CheckResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What a restore did.
///
/// @param checks what was verified afterwards, failures first
/// @param kept where the old databases are kept
/// @param verified whether the checks were made at all
public record RestoreResult(
        RestorePlan plan,
        ExtractResult extracted,
        List<CheckResult> checks,
        List<Path> kept,
        boolean verified,
        Duration took) {
    public RestoreResult {
        checks = List.copyOf(checks);
        kept = List.copyOf(kept);
    }

    /// Whether everything is in place and everything that was checked is right.
    public boolean passed() {
        return extracted.failed() == 0 && checks.stream().allMatch(CheckResult::passed);
    }
}
