package holdfast.cli;

import holdfast.cli.DatabaseRestores.Outcome;
import holdfast.cli.console.Console;
import holdfast.cli.console.Durations;
import holdfast.cli.console.Sizes;
import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.source.postgres.mask.LeakScan;
import holdfast.source.postgres.restore.DatabaseResult;
import holdfast.source.postgres.restore.RestoreOptions.Check;
import holdfast.source.postgres.restore.RestoreStatus;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// What is said of restored databases at the end: to the user in short, to the log in full.
///
/// @param checks that were wanted
record DatabaseReport(Session session, RestoreLog log, Set<Check> checks) {
    private static final int SHOWN = 20;
    private static final int STATISTICS_SHOWN = 10;
    /// How a check that passed begins when there is something to know all the same.
    private static final String WARNING = "warning: ";

    /// What `restore --json` says of a database at the end.
    ///
    /// @param unchecked what `--verify` left out
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
            List<String> unchecked,
            List<DatabaseResult.TableStatistics> statistics,
            double totalDuration) {}

    /// The exit code of several: what they have in common; else damage before all, and then that not
    /// everything was done.
    static int together(List<Integer> codes) {
        Set<Integer> all = Set.copyOf(codes);
        if (all.size() <= 1) {
            return codes.isEmpty() ? ExitCode.DONE : codes.getFirst();
        }
        return all.contains(ExitCode.DAMAGED)
                ? ExitCode.DAMAGED
                : all.contains(ExitCode.INTERRUPTED) ? ExitCode.INTERRUPTED : ExitCode.INCOMPLETE;
    }

    /// @return the exit code
    int report(Outcome outcome) {
        if (outcome.failure().isPresent()) {
            Exception thrown = outcome.failure().get();
            session.console()
                    .error("the restore of " + Console.safe(outcome.plan().target()) + " ended early");
            return Failure.of(thrown).report(session.console(), thrown, session.options().debug);
        }
        return report(outcome.result().orElseThrow());
    }

    private int report(DatabaseResult result) {
        Console console = session.console();
        log(result);
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
                .forEach(table -> console.note("  " + Console.safe(said(table))));
        long rows =
                result.tables().stream().mapToLong(RestoreStatus.Table::rows).sum();
        console.line(Console.safe(result.plan().target()) + ": "
                + Count.of(result.tables().size(), "table") + ", " + Count.of(rows, "row") + " in "
                + Durations.format(result.took()));
        if (result.passed()) {
            completed(result);
            return ExitCode.DONE;
        }
        return incomplete(result);
    }

    private static String said(DatabaseResult.TableStatistics table) {
        return table.table() + ": about " + Count.of(table.rows(), "row") + ", " + Sizes.format(table.bytes())
                + " with its indexes";
    }

    /// Everything, in the words of the checks themselves: the evidence of what was done.
    private void log(DatabaseResult result) {
        result.statistics().forEach(table -> log.line("table " + said(table)));
        result.failures().forEach(failure -> log.line("FAILED " + failure.object() + ": " + failure.reason()));
        result.checks()
                .forEach(check ->
                        log.line((check.passed() ? "passed " : "FAILED ") + check.subject() + ": " + check.detail()));
        unchecked().forEach(check -> log.line("not checked, as wished: " + check));
        log.line((result.passed() ? "completed " : result.inPlace() ? "incomplete " : "failed ")
                + result.plan().target()
                + (result.plan().mask().isEmpty() ? "" : ", masked by the profile ")
                + result.plan().mask());
    }

    private void completed(DatabaseResult result) {
        Console console = session.console();
        List<String> unchecked = unchecked();
        boolean nothing = unchecked.size() == Check.values().length;
        console.line(
                nothing && result.plan().mask().isEmpty()
                        ? "not verified, as you asked"
                        : console.paint(Console.Style.GOOD, "completed") + ": " + verified(result));
        if (!nothing && !unchecked.isEmpty()) {
            console.line("not checked, as you asked: " + String.join(", ", unchecked));
        }
        if (!result.plan().kept().isEmpty()) {
            console.line("what was there is kept as database "
                    + Console.safe(result.plan().kept()));
        }
        if (!result.plan().keptSchemas().isEmpty()) {
            console.line("what was there is kept in schemas "
                    + Console.safe(DatabaseRestores.keptAs(result.plan()))
                    + "; DROP SCHEMA … CASCADE drops what you do not need any more");
        }
    }

    private int incomplete(DatabaseResult result) {
        long wrong = result.checks().stream().filter(check -> !check.passed()).count();
        boolean damaged = result.failures().stream().anyMatch(RestoreStatus.Failure::damaged);
        session.console()
                .warn("the restore of " + Console.safe(result.plan().target()) + " is not complete: "
                        + Count.of(result.failed() + wrong, "finding"));
        session.console().hint(hint(result, damaged));
        return wrong > 0 || damaged ? ExitCode.DAMAGED : result.inPlace() ? ExitCode.INCOMPLETE : ExitCode.FAILED;
    }

    private static String hint(DatabaseResult result, boolean damaged) {
        if (result.inPlace()) {
            return result.plan().mask().isEmpty()
                    ? "what is named above failed; all else is there"
                    : "drop this database if a column of it holds clear values";
        }
        return "nothing was put in place; what stood there is untouched"
                + (damaged
                        ? ". --table and --schema restore what is whole, --accept-damage all but what is damaged; an"
                                + " older snapshot may be whole"
                        : "");
    }

    private List<String> unchecked() {
        Set<Check> left = EnumSet.allOf(Check.class);
        left.removeAll(checks);
        return left.stream().map(check -> check.name().toLowerCase(Locale.ROOT)).toList();
    }

    private static String verified(DatabaseResult result) {
        long tables = result.checks().stream()
                .filter(check -> check.subject().startsWith("table ") || CriticalTables.isOne(check))
                .count();
        if (!result.plan().mask().isEmpty()) {
            return masked(result);
        }
        return tables == 0
                ? Count.of(result.checks().size(), "check") + " passed"
                : "every row equals what was backed up (" + Count.of(tables, "table") + ")";
    }

    /// What was looked for, and what was not: columns that the profile declares unmasked may hold
    /// clear values, and short values stand in other columns by chance.
    private static String masked(DatabaseResult result) {
        String scan = result.checks().stream()
                .filter(check -> check.subject().equals(LeakScan.SUBJECT))
                .map(CheckResult::detail)
                .findFirst()
                .orElse("nothing was looked for");
        List<String> declared = result.checks().stream()
                .filter(check -> check.detail().endsWith(LeakScan.DECLARED))
                .map(CheckResult::subject)
                .distinct()
                .map(Console::safe)
                .toList();
        return "masked; " + scan
                + (declared.isEmpty()
                        ? ""
                        : "; " + String.join(", ", declared) + " " + (declared.size() == 1 ? "does" : "do")
                                + ", which the profile declares unmasked")
                + "; not looked for: " + LeakScan.LEFT_OUT;
    }

    Document document(Outcome outcome) {
        if (outcome.result().isEmpty()) {
            String reason = outcome.failure().map(Throwable::getMessage).orElse("");
            return new Document(
                    outcome.source().location(),
                    outcome.plan().target(),
                    "failed",
                    "",
                    outcome.plan().mask(),
                    outcome.plan().schemas().names(),
                    List.of(),
                    1,
                    List.of(new RestoreStatus.Failure(
                            "the restore", Objects.requireNonNullElse(reason, "no details"), false)),
                    List.of(),
                    unchecked(),
                    List.of(),
                    0);
        }
        DatabaseResult result = outcome.result().get();
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
                unchecked(),
                result.statistics(),
                result.took().toMillis() / 1000.0);
    }
}
