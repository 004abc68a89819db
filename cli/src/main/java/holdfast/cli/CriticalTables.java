package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.model.CheckResult;
import holdfast.model.TableRecord;
import java.util.List;

/// How the tables came out that somebody marked as critical: said before all else.
final class CriticalTables {
    private CriticalTables() {}

    static boolean isOne(CheckResult check) {
        return check.subject().startsWith(TableRecord.CRITICAL)
                || check.subject().contains(": " + TableRecord.CRITICAL);
    }

    static void print(Console console, List<CheckResult> checks) {
        for (CheckResult check : checks) {
            if (isOne(check)) {
                String text = Console.safe(check.subject() + ": " + check.detail());
                if (check.passed()) {
                    console.line(console.paint(Console.Style.GOOD, "passed") + ": " + text);
                } else {
                    console.warn(text);
                }
            }
        }
    }
}
