package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Durations;
import holdfast.cli.console.Sizes;
import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.source.postgres.restore.DatabaseResult;
import holdfast.source.postgres.restore.RestoreStatus;
import java.util.List;
import java.util.Map;

/// What is said of a restored database at the end.
final class DatabaseReport {
    private static final int SHOWN = 20;
    private static final int STATISTICS_SHOWN = 10;
    /// How a check that passed begins when there is something to know all the same.
    private static final String WARNING = "warning: ";

    /// What `restore --json` says of a database at the end.
    record Document(
            String source,
            String target,
            String status,
            String keptAs,
            String mask,
            Map<String, String> renamedSchemas,
            List<RestoreStatus.Table> tables,
            int failed,
            List<RestoreStatus.Failure> failures,
            List<CheckResult> checks,
            List<DatabaseResult.TableStatistics> statistics,
            double totalDuration) {}

    private DatabaseReport() {}

    /// @return the exit code
    static int report(Console console, DatabaseRestores.Outcome outcome) {
        DatabaseResult result = outcome.result();
        result.failures().stream()
                .limit(SHOWN)
                .forEach(failure -> console.warn(Console.safe(failure.object() + ": " + failure.reason())));
        CriticalTables.print(console, result.checks());
        result.checks().stream()
                .filter(check -> !check.passed() && !CriticalTables.isOne(check))
                .limit(SHOWN)
                .forEach(check -> console.warn(Console.safe(check.subject() + ": " + check.detail())));
        result.checks().stream()
                .filter(check -> check.passed() && check.detail().startsWith(WARNING))
                .limit(SHOWN)
                .forEach(check -> console.warn(
                        Console.safe(check.subject() + ": " + check.detail().substring(WARNING.length()))));
        result.checks().stream()
                .filter(check -> check.passed() && !CriticalTables.isOne(check))
                .forEach(check -> console.detail("  " + Console.safe(check.subject() + ": " + check.detail())));
        result.statistics().stream()
                .limit(STATISTICS_SHOWN)
                .forEach(table -> console.note("  " + Console.safe(table.table()) + ": about "
                        + Count.of(table.rows(), "row") + ", " + Sizes.format(table.bytes()) + " with its indexes"));
        long rows =
                result.tables().stream().mapToLong(RestoreStatus.Table::rows).sum();
        console.line(Console.safe(result.plan().target()) + ": "
                + Count.of(result.tables().size(), "table") + ", " + Count.of(rows, "row") + " in "
                + Durations.format(result.took()));
        if (result.passed()) {
            console.line(
                    result.checks().isEmpty()
                            ? "not verified, as you asked"
                            : console.paint(Console.Style.GOOD, "completed") + ": " + verified(result));
            if (!result.plan().kept().isEmpty()) {
                console.line("what was there is kept as database "
                        + Console.safe(result.plan().kept()));
            }
            if (!result.plan().keptSchemas().isEmpty()) {
                console.line("what was there is kept in schemas "
                        + Console.safe(DatabaseRestores.keptAs(result.plan()))
                        + "; DROP SCHEMA … CASCADE drops what you do not need any more");
            }
            return ExitCode.DONE;
        }
        long wrong = result.checks().stream().filter(check -> !check.passed()).count();
        console.warn("the restore of " + Console.safe(result.plan().target()) + " is not complete: "
                + Count.of(result.failed() + wrong, "finding"));
        console.hint(
                result.inPlace() && !result.plan().mask().isEmpty()
                        ? "drop this database if a column of it holds clear values"
                        : result.inPlace()
                                ? "what is named above failed; all else is there"
                                : "nothing was put in place; what stood there is untouched");
        return wrong > 0 ? ExitCode.DAMAGED : result.inPlace() ? ExitCode.INCOMPLETE : ExitCode.FAILED;
    }

    private static String verified(DatabaseResult result) {
        long tables = result.checks().stream()
                .filter(check -> check.subject().startsWith("table ") || CriticalTables.isOne(check))
                .count();
        if (!result.plan().mask().isEmpty()) {
            return "masked, and no clear value was found in any column";
        }
        return tables == 0
                ? Count.of(result.checks().size(), "check") + " passed"
                : "every row equals what was backed up (" + Count.of(tables, "table") + ")";
    }

    static Document document(DatabaseRestores.Outcome outcome) {
        DatabaseResult result = outcome.result();
        return new Document(
                outcome.source().location(),
                result.plan().target(),
                result.passed() ? "completed" : result.inPlace() ? "incomplete" : "failed",
                result.inPlace() ? DatabaseRestores.keptAs(result.plan()) : "",
                result.plan().mask(),
                result.plan().schemas().names(),
                result.tables(),
                result.failed(),
                result.failures(),
                result.checks(),
                result.statistics(),
                result.took().toMillis() / 1000.0);
    }
}
