package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Table;
import holdfast.model.Count;
import holdfast.source.postgres.stash.RestoreOptions;
import holdfast.source.postgres.stash.RestorePlan;
import holdfast.source.postgres.stash.StashChoice;
import holdfast.source.postgres.stash.Stashes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "restore",
        description = {
            "Give tables the rows back that an in-database copy holds, all in one transaction.",
            "",
            "Foreign keys are respected: rows of other tables stay, and a row that would refer to nothing is a reason"
                    + " to refuse. Triggers and rules do not fire. Columns that were added since get their default."
                    + " Counts and fingerprints are compared before anything becomes visible. What is replaced is"
                    + " kept in a schema restore_safety_YYYYMMDDHHMMSS."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast stash restore latest --dry-run",
            "  holdfast stash restore --label before-migration",
            "  holdfast stash restore backup_20260301020000 postgresql://app@db.example.org/shop --yes",
            "  holdfast stash restore restore_safety_20260301023000          undo a restore"
        })
final class StashRestoreCommand implements Callable<Integer> {
    /// What `stash restore --json` prints.
    ///
    /// @param safety name of the stash that holds what was replaced; empty when there is none
    record Document(
            String messageType,
            boolean dryRun,
            String name,
            String label,
            String safety,
            List<TableDocument> tables,
            List<String> notes) {}

    record TableDocument(String schema, String table, long rowsBefore, long rows) {}

    private final Session session;

    @Parameters(
            arity = "0..2",
            paramLabel = "STASH",
            description = "Its name, or latest; postgresql://... beside it says in which database. Default:"
                    + " $DATABASE_URL")
    private List<String> words = new ArrayList<>();

    @Option(names = "--label", paramLabel = "TEXT", description = "The newest stash with this label")
    private String label = "";

    @Option(
            names = {"-n", "--dry-run"},
            description = "Say what would be done; touch nothing")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask before rows are replaced")
    private boolean yes;

    @Option(names = "--no-safety", description = "Do not keep a copy of what will be replaced")
    private boolean noSafety;

    @Option(
            names = "--without-gone-columns",
            description = "Restore a table although columns of the copy are gone from it")
    private boolean withoutGoneColumns;

    @Option(names = "--accept-damage", description = "Restore a copy although somebody has changed it")
    private boolean acceptDamage;

    @Mixin
    private final StashOptions options = new StashOptions();

    StashRestoreCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        StashOptions.Words named = StashOptions.Words.of(words);
        StashChoice wanted = named.choice(label);
        Stashes stashes = options.open(session, named.database());
        RestoreOptions how =
                new RestoreOptions(!noSafety, withoutGoneColumns, acceptDamage, StashOptions.operator(session));
        if (dryRun || !yes) {
            RestorePlan plan = stashes.plan(wanted, how);
            print(plan);
            if (dryRun) {
                session.console().document(document(plan, ""));
                return ExitCode.DONE;
            }
            session.confirmation()
                    .require("Replace the rows of " + Count.of(plan.tables().size(), "table") + "?", false);
            // what was shown is what is restored, whatever stash is made meanwhile
            wanted = new StashChoice.Named(plan.stash().name());
        }
        Stashes.Restored restored = stashes.restore(wanted, how);
        Console console = session.console();
        if (yes) {
            print(restored.plan());
        }
        console.line("restored " + restored.plan().stash().name() + ": "
                + Count.of(restored.plan().tables().size(), "table") + ", "
                + Count.of(restored.plan().stash().rows(), "row") + ", equal to the stash");
        if (!restored.safety().isEmpty()) {
            console.note("what was there is kept: 'holdfast stash restore " + restored.safety() + "' brings it back");
        }
        console.document(document(restored.plan(), restored.safety()));
        return ExitCode.DONE;
    }

    private void print(RestorePlan plan) {
        Table table = new Table("Table", ">Rows now", ">Rows in " + plan.stash().name());
        for (RestorePlan.Table one : plan.tables()) {
            table.row(Console.safe(one.table().toString()), Long.toString(one.rowsNow()), Long.toString(one.rows()));
        }
        table.lines().forEach(session.console()::note);
        plan.notes().forEach(note -> session.console().warn(Console.safe(note)));
    }

    private Document document(RestorePlan plan, String safety) {
        return new Document(
                "stash_restored",
                dryRun,
                plan.stash().name(),
                plan.stash().label(),
                safety,
                plan.tables().stream()
                        .map(one -> new TableDocument(
                                one.table().schema(), one.table().table(), one.rowsNow(), one.rows()))
                        .toList(),
                plan.notes());
    }
}
