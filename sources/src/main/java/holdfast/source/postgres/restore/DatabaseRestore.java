package holdfast.source.postgres.restore;

import holdfast.model.CheckResult;
import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.source.postgres.DatabaseStructure;
import holdfast.source.postgres.archive.ArchiveFiles;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.archive.TocReader;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.mask.MaskProfile;
import holdfast.source.postgres.mask.TableColumns;
import holdfast.source.postgres.restore.DatabasePlan.Way;
import holdfast.source.postgres.restore.RestoreOptions.Check;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Brings one backed up database into a server. What is to replace a database is restored beside
/// it, verified, and only then put in its place. Used by one thread, works with several.
public final class DatabaseRestore {
    /// Where things are told and made.
    ///
    /// @param structure how the restored database is described, to compare it
    /// @param log takes a line for the log of the restore
    /// @param tables told how far each table is, by many threads
    public record Surroundings(
            DatabaseStructure structure,
            Progress progress,
            Consumer<String> log,
            Consumer<RestoreStatus.Table> tables,
            InstantSource clock) {}

    private final ArchiveFiles files;
    private final SourceRecord recorded;
    private final ConnectionTarget target;
    private final RestoreOptions options;
    private final Surroundings around;
    private final @Nullable MaskProfile mask;
    private final Set<String> ownProcesses = new HashSet<>();

    /// @param files the dump
    /// @param recorded what `holdfast.json` says of it
    public DatabaseRestore(
            ArchiveFiles files,
            SourceRecord recorded,
            ConnectionTarget target,
            RestoreOptions options,
            Surroundings around) {
        this(files, recorded, target.direct().orElse(target), options, around, null);
    }

    private DatabaseRestore(
            ArchiveFiles files,
            SourceRecord recorded,
            ConnectionTarget target,
            RestoreOptions options,
            Surroundings around,
            @Nullable MaskProfile mask) {
        this.files = files;
        this.recorded = recorded;
        this.target = target;
        this.options = options;
        this.around = around;
        this.mask = mask;
    }

    /// The same restore with rows masked before the server sees them. It fails when it leaves a
    /// clear value anywhere, whatever else is verified or not.
    public DatabaseRestore masked(MaskProfile profile) {
        return new DatabaseRestore(files, recorded, target, options, around, profile);
    }

    /// Decides what will be done and checks that it can be; nothing is touched.
    ///
    /// @throws HoldfastException.PreCheckFailed when it cannot
    /// @throws HoldfastException.BadUsage when a pattern matches nothing
    public DatabasePlan plan() throws IOException {
        TableOfContents toc = toc();
        List<TocEntry> chosen = Selection.of(toc.entries(), options.content());
        try (TargetServer server = TargetServer.reach(target, options.connectTimeout())) {
            TargetServer.Facts facts = server.facts(target.database());
            List<String> warnings = new PreChecks(target.display(), toc, chosen, facts).run(options);
            Way way = way(server, facts);
            List<String> emptied = new ArrayList<>();
            if (way == Way.INTO) {
                chosen = fitting(toc, chosen, emptied);
            } else if (options.content().selects()) {
                chosen = withSchemas(toc, chosen, Set.of("public"));
            }
            if (mask != null) {
                MaskChecks checks = new MaskChecks(mask, encoding());
                warnings.addAll(checks.plan(toc, chosen));
                chosen = checks.entries(chosen);
                requireMaskable(facts, way, checks);
            }
            Set<String> sessions = way == Way.SWAP ? sessions(server) : Set.of();
            return plan(toc, chosen, way, warnings, emptied, sessions);
        }
    }

    /// The encoding that was dumped.
    private String encoding() {
        return recorded.details().getOrDefault("postgres.encoding", MaskProfile.ENCODING);
    }

    /// Whether a profile can be checked against the schema, and clear values be looked for.
    private void requireMaskable(TargetServer.Facts facts, Way way, MaskChecks checks) throws IOException {
        if (options.content().part().dataOnly()) {
            checks.schema(SchemaTrial.facts(new Connections(target, options.connectTimeout())));
        } else if (!facts.superuser() && !facts.createDb()) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot check the mask profile: this role may not create databases, and the schema is made in one"
                            + " that is dropped again before any row is restored",
                    "ALTER ROLE … CREATEDB");
        }
        if (way == Way.INTO && !state().encoding().equals(MaskProfile.ENCODING)) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore masked into " + target.display() + ": its encoding is not UTF8",
                    "create it with ENCODING 'UTF8', or let --create do it");
        }
    }

    private Set<String> sessions(TargetServer server) throws IOException {
        List<TargetServer.Session> others = server.sessions(target.database(), ownProcesses);
        if (!others.isEmpty() && !options.placement().terminate()) {
            throw DatabaseSwap.inUse(target.database(), others);
        }
        return others.stream().map(TargetServer.Session::toString).collect(Collectors.toCollection(TreeSet::new));
    }

    private TableOfContents toc() throws IOException {
        try (InputStream in = new BufferedInputStream(files.open(TableOfContents.NAME, 0))) {
            return TocReader.read(in);
        } catch (holdfast.source.postgres.archive.BrokenArchiveException e) {
            throw new HoldfastException.Damaged(
                    "the table of contents of " + recorded.location() + " is damaged: " + e.getMessage(),
                    "'holdfast verify' tells more; an older snapshot may be whole");
        }
    }

    private DatabasePlan plan(
            TableOfContents toc,
            List<TocEntry> chosen,
            Way way,
            List<String> warnings,
            List<String> emptied,
            Set<String> sessions)
            throws IOException {
        Map<String, TableRecord> before = tables();
        long rows = 0;
        long bytes = 0;
        int tables = 0;
        for (TocEntry entry : chosen) {
            if (entry.is(TocEntry.TABLE_DATA)) {
                tables++;
                TableRecord table = before.get(Loading.name(entry));
                rows += table == null ? 0 : table.rows();
                String file = toc.file(entry);
                bytes += files.size(file)
                        .orElseThrow(() -> new HoldfastException.Damaged(
                                "the backup of " + recorded.location() + " lacks " + file + ", the rows of "
                                        + Loading.name(entry),
                                "'holdfast verify' tells more; an older snapshot may be whole"));
            }
        }
        Instant now = around.clock().instant();
        return new DatabasePlan(
                target.display(),
                way,
                way == Way.INTO ? "" : DatabaseSwap.scratch(target.database(), now),
                way == Way.SWAP ? DatabaseSwap.kept(target.database(), now) : "",
                toc,
                chosen,
                tables,
                rows,
                bytes,
                warnings,
                emptied,
                sessions,
                mask == null ? "" : mask.name());
    }

    private Map<String, TableRecord> tables() {
        return recorded.tables().stream()
                .collect(Collectors.toMap(TableRecord::name, Function.identity(), (first, _) -> first));
    }

    private Way way(TargetServer server, TargetServer.Facts facts) throws IOException {
        String display = target.display();
        boolean part = options.content().selects() || options.content().part().dataOnly();
        if (!facts.exists()) {
            if (part && options.content().part().dataOnly()) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot load rows into " + display + ": there is no such database",
                        "restore everything with --create");
            }
            if (!options.placement().create()) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot restore into " + display + ": there is no such database", "add --create to make it");
            }
            requireCreate(facts, "create " + display);
            return Way.CREATE;
        }
        if (part || state().objects() == 0) {
            return Way.INTO;
        }
        if (!options.placement().replace()) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore into " + display + ": it is not empty",
                    "name an empty database, or one to --create; --overwrite replaces this one and keeps it under"
                            + " another name");
        }
        requireCreate(facts, "replace " + display);
        if (!facts.superuser() && !facts.owner()) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot replace " + display + ": this role does not own it, so may not rename it",
                    "restore as its owner, or into an empty database by --target");
        }
        if (!server.beside(target)) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot replace " + display + ": no other database of that server lets us in",
                    "allow connections to the database postgres, or restore into an empty one by --target");
        }
        return Way.SWAP;
    }

    private void requireCreate(TargetServer.Facts facts, String what) {
        if (!facts.superuser() && !facts.createDb()) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot " + what + ": this role may not create databases",
                    "ALTER ROLE … CREATEDB, or restore into an empty database by --target");
        }
    }

    private DatabaseState state() throws IOException {
        try (Connection connection = new Connections(target, options.connectTimeout()).openForRestore("UTF8")) {
            ownProcesses.add(Rows.one(connection, "SELECT pg_catalog.pg_backend_pid()"));
            return DatabaseState.of(connection);
        } catch (SQLException e) {
            throw new IOException("cannot look into " + target.display() + ": " + FirstLine.of(e), e);
        }
    }

    /// What of the chosen entries can go into a database that is there, beside what it has.
    private List<TocEntry> fitting(TableOfContents toc, List<TocEntry> chosen, List<String> emptied)
            throws IOException {
        DatabaseState state = state();
        boolean dataOnly = options.content().part().dataOnly();
        List<String> tables = chosen.stream()
                .filter(entry -> entry.is(dataOnly ? TocEntry.TABLE_DATA : TocEntry.TABLE))
                .map(Loading::name)
                .toList();
        List<String> wrong = tables.stream()
                .filter(table -> state.tables().contains(table) != dataOnly)
                .toList();
        if (!wrong.isEmpty()) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore into " + target.display() + ": it "
                            + (dataOnly ? "does not have " : "has already ")
                            + String.join(", ", wrong.stream().limit(5).toList()),
                    dataOnly
                            ? "restore the table itself, without --data-only"
                            : "drop or rename it first, or load only its rows by --data-only");
        }
        if (dataOnly) {
            boolean replaced = options.content().part() == RestoreOptions.Part.DATA_REPLACED;
            existing(Set.copyOf(tables)).check(target.display(), Set.copyOf(tables), replaced);
            emptied.addAll(replaced ? tables : List.of());
        }
        return dataOnly ? chosen : withSchemas(toc, chosen, state.schemas());
    }

    private ExistingTables existing(Set<String> tables) throws IOException {
        try (Connection connection = new Connections(target, options.connectTimeout()).openForRestore("UTF8")) {
            return ExistingTables.of(connection, tables);
        } catch (SQLException e) {
            throw new IOException("cannot look into " + target.display() + ": " + FirstLine.of(e), e);
        }
    }

    /// What is chosen, with the schemas it lies in, without those that are there.
    private static List<TocEntry> withSchemas(TableOfContents toc, List<TocEntry> chosen, Set<String> there) {
        Set<String> used =
                chosen.stream().map(entry -> String.valueOf(entry.namespace())).collect(Collectors.toSet());
        Set<TocEntry> taken = new HashSet<>(chosen);
        return toc.entries().stream()
                .filter(entry -> entry.is("SCHEMA")
                        ? (taken.contains(entry) || used.contains(String.valueOf(entry.tag())))
                                && !there.contains(String.valueOf(entry.tag()))
                        : taken.contains(entry))
                .toList();
    }

    /// Carries the plan out.
    ///
    /// @throws HoldfastException when it cannot go on; a database that was to be replaced is
    ///     untouched
    public DatabaseResult run(DatabasePlan plan) throws IOException {
        Instant start = around.clock().instant();
        Deadline deadline = Deadline.in(options.timeout(), around.clock());
        around.log().accept("restoring " + recorded.location() + " into " + plan.target());
        RowMasking masking = mask == null ? RowMasking.NONE : masking(mask, plan, deadline);
        if (plan.way() == Way.INTO) {
            return result(plan, fill(plan, target, deadline, masking), true, start);
        }
        try (TargetServer server = TargetServer.reach(target, options.connectTimeout())) {
            DatabaseSwap swap = new DatabaseSwap(server, target.database(), plan.scratch(), plan.kept());
            Database database = Database.of(plan.toc(), options.tablespaces());
            around.progress().step("creating");
            swap.createScratch(database);
            boolean done = false;
            try {
                Filled filled = fill(plan, target.withDatabase(swap.scratch()), deadline, masking);
                if (filled.right()) {
                    new DatabaseProperties(server, database, options, around.log())
                            .apply(swap.scratch(), filled.status());
                }
                if (filled.right()) {
                    around.progress().step("swapping");
                    swap.swap(plan.way() == Way.SWAP, options.placement().terminate());
                    done = true;
                }
                return result(plan, filled, done, start);
            } finally {
                if (!done) {
                    around.log().accept("dropping " + swap.scratch() + ", which is not right");
                    discard(swap);
                }
            }
        }
    }

    /// What has failed already is told anyway; that it cannot be tidied up is for the log.
    private void discard(DatabaseSwap swap) {
        try {
            Subscriptions.drop(new Connections(target.withDatabase(swap.scratch()), options.connectTimeout()));
            swap.dropScratch();
        } catch (IOException | HoldfastException e) {
            around.log().accept(e.getMessage() + "; drop it by hand");
        }
    }

    /// Checks a profile against the tables that rows will go into, before any does.
    private RowMasking masking(MaskProfile profile, DatabasePlan plan, Deadline deadline) throws IOException {
        around.progress().step("checking the mask profile");
        List<TableColumns> tables;
        if (options.content().part().dataOnly()) {
            tables = SchemaTrial.facts(new Connections(target, options.connectTimeout()));
        } else {
            TargetSession.Manner manner = new TargetSession.Manner(
                    TargetEncoding.of(encoding(), MaskProfile.ENCODING), settings(), deadline, around.log());
            tables = new SchemaTrial(files, target, options, manner, around.clock()).tables(plan.toc());
        }
        MaskChecks checks = new MaskChecks(profile, encoding());
        List<CheckResult> evidence = checks.evidence(plan.toc(), plan.entries(), checks.schema(tables));
        evidence.forEach(one -> around.log().accept(one.subject() + ": " + one.detail()));
        return RowMasking.of(profile, plan.entries(), tables, evidence);
    }

    /// What became of a database.
    private record Filled(
            RestoreStatus status, List<CheckResult> checks, List<DatabaseResult.TableStatistics> statistics) {
        boolean right() {
            return status.failed() == 0 && checks.stream().allMatch(CheckResult::passed);
        }
    }

    private Filled fill(DatabasePlan plan, ConnectionTarget into, Deadline deadline, RowMasking masking)
            throws IOException {
        Connections connections = new Connections(into, options.connectTimeout(), options.timeout());
        RestoreStatus status = new RestoreStatus(around.tables());
        List<TocEntry> entries = entries(plan);
        List<String> settings = settings();
        Optional<ExistingTables> existing = Optional.empty();
        if (options.content().part().dataOnly()) {
            existing = Optional.of(existing(names(entries)));
            entries = existing.get().ordered(entries);
            settings.addAll(existing.get().replica() ? List.of(ExistingTables.REPLICA) : List.of());
        }
        TargetSession.Manner manner = new TargetSession.Manner(encoding(connections), settings, deadline, around.log());
        if (!plan.emptied().isEmpty()) {
            empty(connections, manner, entries);
        }
        new Loading(
                        connections,
                        plan.toc(),
                        files,
                        tables(),
                        new Loading.Setting(
                                options.jobs(),
                                // without the rights of a replica rows must find those that they refer to
                                existing.isPresent() && !existing.get().replica()
                                        ? Long.MAX_VALUE / 2
                                        : options.batchBytes(),
                                manner,
                                new EntrySql(plan.toc(), options.owners(), options.tablespaces()),
                                existing.isPresent() ? TableLoad.Fresh.OLD : TableLoad.Fresh.NEW,
                                masking),
                        status,
                        around.progress(),
                        around.clock())
                .run(entries);
        around.progress().step("analysing");
        List<DatabaseResult.TableStatistics> statistics = Statistics.of(connections, manner, entries, options.jobs());
        List<CheckResult> checks = new ArrayList<>();
        if (status.failed() == 0) {
            checks.addAll(verify(plan, connections, existing, masking));
        }
        if (status.failed() == 0 || plan.way() == Way.INTO) {
            checks.addAll(masking.proof(new LeakSearch(connections, options.jobs(), around.progress())));
        }
        if (plan.way() == Way.INTO && checks.stream().anyMatch(RowMasking::isLeak)) {
            checks.add(
                    CheckResult.fail("database " + plan.target(), "holds clear values in the columns named: drop it"));
        }
        checks.sort(Comparator.comparing(CheckResult::passed));
        return new Filled(status, checks, statistics);
    }

    private static Set<String> names(List<TocEntry> entries) {
        return entries.stream()
                .filter(entry -> entry.is(TocEntry.TABLE_DATA))
                .map(Loading::name)
                .collect(Collectors.toSet());
    }

    private void empty(Connections connections, TargetSession.Manner manner, List<TocEntry> entries)
            throws IOException {
        List<TocEntry> tables =
                entries.stream().filter(entry -> entry.is(TocEntry.TABLE_DATA)).toList();
        try (TargetSession session = new TargetSession(connections, manner)) {
            session.execute(ExistingTables.truncate(tables));
        } catch (SQLException e) {
            throw new HoldfastException.Failed(
                    "cannot empty the tables in " + target.display() + ": " + FirstLine.of(e),
                    "nothing was changed",
                    e);
        }
    }

    private List<TocEntry> entries(DatabasePlan plan) {
        return options.privileges()
                ? plan.entries()
                : plan.entries().stream()
                        .filter(entry -> !String.valueOf(entry.description()).contains("ACL"))
                        .toList();
    }

    private TargetEncoding encoding(Connections connections) throws IOException {
        try (Connection connection = connections.openForRestore("UTF8")) {
            String server = Rows.one(connection, "SELECT pg_catalog.current_setting('server_encoding')");
            return TargetEncoding.of(encoding(), server);
        } catch (SQLException e) {
            throw new IOException("cannot ask for the encoding of the target: " + FirstLine.of(e), e);
        }
    }

    private List<String> settings() {
        List<String> settings = new ArrayList<>();
        if (options.maintenanceMemory() > 0) {
            settings.add("SET maintenance_work_mem = '" + options.maintenanceMemory() + "MB'");
        }
        return settings;
    }

    private List<CheckResult> verify(
            DatabasePlan plan, Connections connections, Optional<ExistingTables> existing, RowMasking masking)
            throws IOException {
        Set<Check> checks = options.checks();
        boolean whole = !options.content().selects() && options.content().part() == RestoreOptions.Part.ALL;
        Verification verification =
                new Verification(connections, recorded, plan.toc(), entries(plan), around.progress());
        List<CheckResult> results = new ArrayList<>();
        if (checks.contains(Check.STRUCTURE) && !options.content().part().dataOnly()) {
            results.addAll(verification.structure(
                    around.structure(), new Structure.Manner(true, whole, options.owners(), options.privileges())));
        }
        results.addAll(verification.constraints(checks));
        if (checks.contains(Check.RELATIONSHIPS) && existing.isPresent()) {
            results.addAll(verification.relationships(existing.get()));
        }
        boolean appended = options.content().part() == RestoreOptions.Part.DATA_APPENDED;
        if (checks.contains(Check.FINGERPRINTS) && !appended) {
            results.addAll(verification.fingerprints(tables(), options.jobs(), masking.masked(plan.entries())));
        }
        return results;
    }

    private DatabaseResult result(DatabasePlan plan, Filled filled, boolean inPlace, Instant start) {
        return new DatabaseResult(
                plan,
                inPlace,
                filled.status().tables(),
                filled.status().failed(),
                filled.status().failures(),
                filled.checks(),
                filled.statistics(),
                Duration.between(start, around.clock().instant()));
    }
}
