package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Sizes;
import holdfast.model.Count;
import holdfast.model.HoldfastException;
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
import holdfast.source.postgres.restore.FittingContent;
import holdfast.source.postgres.restore.RestoreOptions;
import holdfast.source.postgres.restore.RestoreOptions.Content;
import holdfast.source.postgres.restore.RestoreStatus;
import holdfast.source.postgres.restore.StoredDump;
import holdfast.source.postgres.restore.UserQueries;
import holdfast.source.postgres.stash.StashRequest;
import holdfast.source.postgres.stash.Stashes;
import holdfast.view.StoredFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// The databases of a snapshot on their way into servers: planned, told, carried out, reported.
/// Used by one thread.
final class DatabaseRestores {

    /// A source of the snapshot, and the database it goes to.
    record Wanted(SourceRecord source, ConnectionTarget target) {}

    private record Planned(Wanted wanted, DatabaseRestore restore, DatabasePlan plan) {}

    /// What `restore --dry-run --json` says of a database.
    ///
    /// @param freeBytes at the server; -1 when that cannot be told
    record PlanDocument(
            String source,
            String target,
            String action,
            String keptAs,
            int tables,
            long rows,
            long bytes,
            long neededBytes,
            long freeBytes,
            List<String> emptiedTables,
            List<String> endedSessions,
            String mask,
            Map<String, String> renamedSchemas,
            List<String> warnings) {}

    /// A table's state, told while it changes.
    record TableDocument(String messageType, String database, RestoreStatus.Table table) {}

    private final Session session;
    private final OpenRepository open;
    private final RestoreOptions options;
    private final Optional<MaskProfile> mask;
    private final UserQueries queries;
    private final boolean safetySchema;
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
        this.safetySchema = wish.safetySchema();
        this.log = log;
        this.progress = progress;
    }

    /// Checks everything; nothing is touched.
    void plan(Snapshot snapshot, List<Wanted> databases) throws IOException {
        if (!databases.isEmpty()) {
            open.repository().indexOfWholePacks();
        }
        Map<Wanted, Content> contents = contents(snapshot, databases);
        for (Wanted wanted : contents.keySet()) {
            for (String warning : wanted.target().warnings()) {
                session.console().warn(warning);
            }
            wanted.target().aroundPooler().ifPresent(session.console()::remark);
            DatabaseRestore plain =
                    restore(snapshot, wanted, options.with(Objects.requireNonNull(contents.get(wanted))));
            DatabaseRestore restore = mask.map(plain::masked).orElse(plain).asking(queries);
            planned.add(new Planned(wanted, restore, restore.plan()));
        }
    }

    /// What is wanted of each. That one of several has nothing of it is no mistake; that none has
    /// is.
    private Map<Wanted, Content> contents(Snapshot snapshot, List<Wanted> databases) throws IOException {
        Content wish = options.content();
        Map<Wanted, Content> contents = new LinkedHashMap<>();
        Set<String> unknown = new LinkedHashSet<>(wish.schemas());
        unknown.addAll(wish.tables());
        for (Wanted wanted : databases) {
            if (databases.size() == 1 || !wish.selects()) {
                contents.put(wanted, wish);
                continue;
            }
            Content fitting = FittingContent.of(dump(snapshot, wanted.source()), wanted.source(), wish);
            fitting.schemas().forEach(unknown::remove);
            fitting.tables().forEach(unknown::remove);
            if (fitting.selects()) {
                contents.put(wanted, fitting);
            } else {
                session.console()
                        .warn(Console.safe(wanted.source().location())
                                + " has nothing of what is wanted, and is left out");
            }
        }
        if (databases.size() > 1 && wish.selects() && !unknown.isEmpty()) {
            throw new HoldfastException.BadUsage(
                    "no database of the snapshot has anything that matches " + String.join(", ", unknown),
                    "'holdfast show' lists their tables; a pattern is like psql's: schema.table, * and ?");
        }
        return contents;
    }

    private StoredDump dump(Snapshot snapshot, SourceRecord source) throws IOException {
        return new StoredDump(new StoredFolder(open.repository(), snapshot, source.path()));
    }

    private DatabaseRestore restore(Snapshot snapshot, Wanted wanted, RestoreOptions how) throws IOException {
        SourceRecord source = wanted.source();
        DatabaseStructure structure = new DatabaseStructure(
                ClientPrograms.find(session.environment().searchPath()),
                major(source.details().getOrDefault("postgres.dump-version", "")),
                Operations.scratch(session),
                PostgresOptions.DEFAULTS.lockTimeout());
        return new DatabaseRestore(
                dump(snapshot, source),
                source,
                wanted.target(),
                how,
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

    /// That it waits, begins, and how it ends, and once a second in between.
    private synchronized boolean isNews(RestoreStatus.Table table) {
        RestoreStatus.Table before = told.get(table.name());
        boolean news = before == null || before.state() != table.state() || table.seconds() >= before.seconds() + 1;
        if (news) {
            told.put(table.name(), table);
        }
        return news;
    }

    boolean isEmpty() {
        return planned.isEmpty();
    }

    boolean changes() {
        return planned.stream().anyMatch(one -> one.plan().changes());
    }

    /// Whether what is there stays, all of it.
    boolean onlyAdds() {
        return planned.stream()
                .map(Planned::plan)
                .filter(DatabasePlan::changes)
                .allMatch(plan ->
                        plan.way() == DatabasePlan.Way.INTO && plan.emptied().isEmpty());
    }

    /// Those of which something may be lost unless it is saved.
    List<SourceArguments.Named> changed() {
        return planned.stream()
                .filter(one -> one.plan().changes())
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
            console.note("    takes about " + Sizes.format(plan.room().about()) + " at the server; "
                    + (plan.room().free() < 0
                            ? "what is free there cannot be told from here"
                            : Sizes.format(plan.room().free()) + " are free there"));
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
                console.note("    emptied first" + (safetySchema ? ", their rows being kept in a schema there" : "")
                        + ": " + Console.safe(String.join(", ", plan.emptied())));
            }
            plan.otherSessions().forEach(other -> console.note("    ends the session of " + Console.safe(other)));
            plan.warnings().forEach(warning -> console.warn(Console.safe(warning)));
        }
    }

    /// The database, or the schemas.
    static String keptAs(DatabasePlan plan) {
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
                        one.plan().room().about(),
                        one.plan().room().free(),
                        one.plan().emptied(),
                        List.copyOf(one.plan().otherSessions()),
                        one.plan().mask(),
                        one.plan().schemas().names(),
                        one.plan().warnings()))
                .toList();
    }

    /// Keeps the rows that will go in the databases themselves, if that is wanted.
    ///
    /// @return names of schemas
    List<String> keepRows() {
        List<String> kept = new ArrayList<>();
        for (Planned one : planned) {
            List<String> tables = one.plan().emptiedExactly();
            if (safetySchema && !tables.isEmpty()) {
                Stashes stashes =
                        new Stashes(one.wanted().target(), Stashes.Options.DEFAULTS, session.clock(), log::line);
                String name = stashes.keep(
                                new StashRequest(tables, List.of(), "before a restore", StashOptions.operator(session)))
                        .name();
                session.console()
                        .note("the rows of " + Count.of(tables.size(), "table") + " are kept in schema " + name
                                + "; 'holdfast stash restore " + name + "' brings them back");
                log.line("kept the rows of " + String.join(", ", tables) + " in schema " + name);
                kept.add(name);
            }
        }
        return kept;
    }

    /// One database at the end: what became of it, or why it ended early.
    record Outcome(
            ConnectionTarget target,
            SourceRecord source,
            DatabasePlan plan,
            Optional<DatabaseResult> result,
            Optional<Exception> failure) {
        boolean passed() {
            return result.filter(DatabaseResult::passed).isPresent();
        }
    }

    /// One that fails keeps none of the others from being restored, or from being told.
    List<Outcome> run() {
        List<Outcome> outcomes = new ArrayList<>();
        Optional<Exception> over = Optional.empty();
        for (Planned one : planned) {
            Optional<DatabaseResult> result = Optional.empty();
            Optional<Exception> failure = over;
            if (over.isEmpty()) {
                try {
                    result = Optional.of(one.restore().run(one.plan()));
                } catch (HoldfastException.Interrupted e) {
                    failure = Optional.of(e);
                    over = Optional.of(new HoldfastException.Interrupted(
                            "not begun, since the restore was interrupted", "nothing was changed there"));
                } catch (HoldfastException | IOException e) {
                    failure = Optional.of(e);
                }
            }
            failure.ifPresent(e -> log.line("FAILED " + one.plan().target() + ": " + e.getMessage()));
            outcomes.add(new Outcome(one.wanted().target(), one.wanted().source(), one.plan(), result, failure));
        }
        return outcomes;
    }
}
