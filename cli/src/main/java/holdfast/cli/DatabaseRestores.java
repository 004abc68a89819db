package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Durations;
import holdfast.cli.console.Sizes;
import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.model.SourceRecord;
import holdfast.source.postgres.ClientPrograms;
import holdfast.source.postgres.DatabaseStructure;
import holdfast.source.postgres.PostgresOptions;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.mask.MaskProfile;
import holdfast.source.postgres.restore.DatabasePlan;
import holdfast.source.postgres.restore.DatabaseRestore;
import holdfast.source.postgres.restore.DatabaseResult;
import holdfast.source.postgres.restore.RestoreOptions;
import holdfast.source.postgres.restore.RestoreStatus;
import holdfast.source.postgres.restore.StoredDump;
import holdfast.source.postgres.restore.UserQueries;
import holdfast.view.StoredFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The databases of a snapshot on their way into servers: planned, told, carried out, reported.
/// Used by one thread.
final class DatabaseRestores {
    private static final int SHOWN = 20;
    private static final int STATISTICS_SHOWN = 10;
    /// How a check that passed begins when there is something to know all the same.
    private static final String WARNING = "warning: ";

    /// A source of the snapshot, and the database it goes to.
    record Wanted(SourceRecord source, ConnectionTarget target) {}

    private record Planned(Wanted wanted, DatabaseRestore restore, DatabasePlan plan) {}

    /// What `restore --dry-run --json` says of a database.
    record PlanDocument(
            String source,
            String target,
            String action,
            String keptAs,
            int tables,
            long rows,
            long bytes,
            List<String> emptiedTables,
            List<String> endedSessions,
            String mask,
            Map<String, String> renamedSchemas,
            List<String> warnings) {}

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

    /// A table's state, told while it changes.
    record TableDocument(String messageType, String database, RestoreStatus.Table table) {}

    private final Session session;
    private final OpenRepository open;
    private final RestoreOptions options;
    private final Optional<MaskProfile> mask;
    private final UserQueries queries;
    private final RestoreLog log;
    private final Progress progress;
    private final List<Planned> planned = new ArrayList<>();
    private final Map<String, RestoreStatus.Table> told = new HashMap<>();

    DatabaseRestores(Session session, OpenRepository open, DatabaseWish wish, RestoreLog log, Progress progress) {
        this.session = session;
        this.open = open;
        this.options = wish.options();
        this.mask = wish.mask();
        this.queries = wish.queries();
        this.log = log;
        this.progress = progress;
    }

    /// Checks everything; nothing is touched.
    void plan(Snapshot snapshot, List<Wanted> databases) throws IOException {
        for (Wanted wanted : databases) {
            for (String warning : wanted.target().warnings()) {
                session.console().warn(warning);
            }
            DatabaseRestore plain = restore(snapshot, wanted);
            DatabaseRestore restore = mask.map(plain::masked).orElse(plain).asking(queries);
            planned.add(new Planned(wanted, restore, restore.plan()));
        }
    }

    private DatabaseRestore restore(Snapshot snapshot, Wanted wanted) throws IOException {
        SourceRecord source = wanted.source();
        DatabaseStructure structure = new DatabaseStructure(
                ClientPrograms.find(session.environment().searchPath()),
                major(source.details().getOrDefault("postgres.dump-version", "")),
                Operations.scratch(session),
                PostgresOptions.DEFAULTS.lockTimeout());
        return new DatabaseRestore(
                new StoredDump(new StoredFolder(open.repository(), snapshot, source.path())),
                source,
                wanted.target(),
                options,
                new DatabaseRestore.Surroundings(
                        structure,
                        progress,
                        log::line,
                        table -> tell(wanted.target().display(), table),
                        session.clock()));
    }

    private static int major(String version) {
        String number = version.replaceFirst("[^0-9].*", "");
        return number.isEmpty() ? 0 : Integer.parseInt(number);
    }

    private void tell(String database, RestoreStatus.Table table) {
        if (isNews(table)) {
            session.console().document(new TableDocument("table", database, table));
        }
        boolean over = table.state() == RestoreStatus.State.RESTORED || table.state() == RestoreStatus.State.FAILED;
        if (over) {
            log.line("table " + table.name() + ": " + table.state().name().toLowerCase(Locale.ROOT) + ", "
                    + Count.of(table.rows(), "row") + " in " + table.seconds() + " s");
        }
    }

    /// That it begins and how it ends, and once a second in between.
    private synchronized boolean isNews(RestoreStatus.Table table) {
        RestoreStatus.Table before = told.get(table.name());
        boolean news = table.state() != RestoreStatus.State.PENDING
                && (before == null || before.state() != table.state() || table.seconds() >= before.seconds() + 1);
        if (news) {
            told.put(table.name(), table);
        }
        return news;
    }

    boolean isEmpty() {
        return planned.isEmpty();
    }

    boolean replaces() {
        return planned.stream().anyMatch(one -> one.plan().replaces());
    }

    /// Those of which something will be lost unless it is saved.
    List<SourceArguments.Named> replaced() {
        return planned.stream()
                .filter(one -> one.plan().replaces())
                .<SourceArguments.Named>map(
                        one -> new SourceArguments.Named.Database(one.wanted().target()))
                .toList();
    }

    /// By the location of each source, what its safety snapshot must know for an undo.
    Map<String, Map<String, String>> remarks() {
        Map<String, Map<String, String>> remarks = new HashMap<>();
        for (Planned one : planned) {
            one.plan()
                    .keeping()
                    .ifPresent(kept -> remarks.put(one.wanted().target().display(), kept.details()));
        }
        return remarks;
    }

    void print() {
        Console console = session.console();
        for (Planned one : planned) {
            DatabasePlan plan = one.plan();
            console.note("  " + action(plan) + " " + Console.safe(plan.target()) + ": "
                    + Count.of(plan.tables(), "table") + ", " + Count.of(plan.rows(), "row") + ", "
                    + Sizes.format(plan.bytes()));
            if (!plan.kept().isEmpty()) {
                console.note("    what is there now stays as database " + Console.safe(plan.kept()));
            }
            plan.keptSchemas()
                    .forEach((schema, kept) -> console.note("    what is in schema " + Console.safe(schema)
                            + " now stays in schema " + Console.safe(kept)));
            if (!plan.mask().isEmpty()) {
                console.note("    rows are masked by the profile " + Console.safe(plan.mask()));
            }
            if (!plan.schemas().isEmpty()) {
                console.note("    schema " + Console.safe(plan.schemas().toString()));
            }
            if (!plan.emptied().isEmpty()) {
                console.note("    emptied first: " + Console.safe(String.join(", ", plan.emptied())));
            }
            plan.otherSessions().forEach(other -> console.note("    ends the session of " + Console.safe(other)));
            plan.warnings().forEach(warning -> console.warn(Console.safe(warning)));
        }
    }

    /// The database, or the schemas.
    private static String keptAs(DatabasePlan plan) {
        return plan.kept().isEmpty() ? String.join(", ", plan.keptSchemas().values()) : plan.kept();
    }

    private static String action(DatabasePlan plan) {
        return switch (plan.way()) {
            case INTO -> "load into";
            case CREATE -> "create";
            case SWAP -> "replace";
            case INSIDE -> "replace what is in";
        };
    }

    List<PlanDocument> planDocuments() {
        return planned.stream()
                .map(one -> new PlanDocument(
                        one.wanted().source().location(),
                        one.plan().target(),
                        action(one.plan()),
                        keptAs(one.plan()),
                        one.plan().tables(),
                        one.plan().rows(),
                        one.plan().bytes(),
                        one.plan().emptied(),
                        List.copyOf(one.plan().otherSessions()),
                        one.plan().mask(),
                        one.plan().schemas().names(),
                        one.plan().warnings()))
                .toList();
    }

    /// One database at the end.
    record Outcome(ConnectionTarget target, SourceRecord source, DatabaseResult result) {}

    List<Outcome> run() throws IOException {
        List<Outcome> outcomes = new ArrayList<>();
        for (Planned one : planned) {
            outcomes.add(new Outcome(
                    one.wanted().target(), one.wanted().source(), one.restore().run(one.plan())));
        }
        return outcomes;
    }

    /// @return the exit code
    static int report(Console console, Outcome outcome) {
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
                console.line("what was there is kept in schemas " + Console.safe(keptAs(result.plan()))
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

    static Document document(Outcome outcome) {
        DatabaseResult result = outcome.result();
        return new Document(
                outcome.source().location(),
                result.plan().target(),
                result.passed() ? "completed" : result.inPlace() ? "incomplete" : "failed",
                result.inPlace() ? keptAs(result.plan()) : "",
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
