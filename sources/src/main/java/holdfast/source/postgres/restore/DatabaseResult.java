package holdfast.source.postgres.restore;

import holdfast.model.CheckResult;
import java.time.Duration;
import java.util.List;

/// What a restore into a database did.
///
/// @param inPlace whether the restored database is under the name that was wanted
/// @param failed how many objects could not be made; `failures` has the first
/// @param checks what was verified, failures first
/// @param statistics of the restored tables
public record DatabaseResult(
        DatabasePlan plan,
        boolean inPlace,
        List<RestoreStatus.Table> tables,
        int failed,
        List<RestoreStatus.Failure> failures,
        List<CheckResult> checks,
        List<TableStatistics> statistics,
        Duration took) {
    /// One table as its server counts it.
    public record TableStatistics(String table, long rows, long bytes) {}

    public DatabaseResult {
        tables = List.copyOf(tables);
        failures = List.copyOf(failures);
        checks = List.copyOf(checks);
        statistics = List.copyOf(statistics);
    }

    public boolean passed() {
        return failed == 0 && checks.stream().allMatch(CheckResult::passed);
    }
}
