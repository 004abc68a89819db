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
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.mask.MaskProfile;
import holdfast.source.postgres.mask.TableColumns;
import holdfast.source.postgres.restore.DatabasePlan.Way;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private final UserQueries queries;
    private final Placing placing;

    /// @param files the dump
    /// @param recorded what `holdfast.json` says of it
    public DatabaseRestore(
            ArchiveFiles files,
            SourceRecord recorded,
            ConnectionTarget target,
            RestoreOptions options,
            Surroundings around) {
        this(files, recorded, target.direct().orElse(target), options, around, null, UserQueries.NONE);
    }

    private DatabaseRestore(
            ArchiveFiles files,
            SourceRecord recorded,
            ConnectionTarget target,
            RestoreOptions options,
            Surroundings around,
            @Nullable MaskProfile mask,
            UserQueries queries) {
        this.files = files;
        this.recorded = options.content().names().renamed(recorded);
        this.target = target;
        this.options = options;
        this.around = around;
        this.mask = mask;
        this.queries = queries;
        this.placing = new Placing(target, options);
    }

    /// The same restore with rows masked before the server sees them. It fails when it leaves a
    /// clear value anywhere, whatever else is verified or not.
    public DatabaseRestore masked(MaskProfile profile) {
        return new DatabaseRestore(files, recorded, target, options, around, profile, queries);
    }

    /// The same restore with more to be verified: the user's own queries.
    public DatabaseRestore asking(UserQueries more) {
        return new DatabaseRestore(files, recorded, target, options, around, mask, more);
    }

    /// Decides what will be done and checks that it can be; nothing is touched.
    ///
    /// @throws HoldfastException.PreCheckFailed when it cannot
    /// @throws HoldfastException.BadUsage when a pattern matches nothing
    public DatabasePlan plan() throws IOException {
        TableOfContents toc = DumpContents.read(files, recorded);
        List<TocEntry> chosen = Selection.of(toc.entries(), options.content());
        try (TargetServer server = TargetServer.reach(target, options.connectTimeout())) {
            TargetServer.Facts facts = server.facts(target.database());
            Way way = placing.way(server, facts);
            Optional<InsidePlan> inside = Optional.empty();
            List<String> warnings = new ArrayList<>();
            if (way == Way.INSIDE) {
                refuseMask();
                inside = Optional.of(
                        placing.inside(server, facts, chosen, around.clock().instant(), warnings));
                chosen = inside.get().entries(chosen);
            }
            warnings.addAll(new PreChecks(target.display(), toc, chosen, facts).run(options));
            for (String left : leftovers(server).find()) {
                warnings.add("a restore that was ended has left the database " + left + "; it is dropped");
            }
            SchemaNames names = options.content().names();
            if (!names.isEmpty()) {
                SchemaRenaming renaming = new SchemaRenaming(names, toc);
                boolean rows = options.content().part().dataOnly();
                chosen = renaming.complete(chosen, rows);
                if (!rows) {
                    warnings.addAll(renaming.check(target.display(), facts, placing.stateIf(facts.exists()), chosen));
                }
                chosen = names.renamed(chosen);
                toc = names.renamed(toc);
            }
            List<String> emptied = new ArrayList<>();
            if (way == Way.INTO) {
                chosen = placing.fitting(toc, chosen, emptied);
            } else if (options.content().selects()) {
                chosen = Placing.withSchemas(toc, chosen, Set.of("public"));
            }
            if (mask != null) {
                MaskChecks checks = new MaskChecks(mask, encoding(recorded));
                warnings.addAll(checks.plan(toc, chosen));
                chosen = checks.entries(chosen);
                requireMaskable(facts, way, checks);
            }
            boolean ends =
                    way == Way.SWAP || (way == Way.INSIDE && options.placement().terminate());
            Set<String> sessions = ends ? placing.sessions(server) : Set.of();
            return plan(server, toc, chosen, way, facts, inside, warnings, emptied, sessions);
        }
    }

    /// The encoding that was dumped.
    static String encoding(SourceRecord recorded) {
        return recorded.details().getOrDefault("postgres.encoding", MaskProfile.ENCODING);
    }

    /// Whether a profile can be checked against the schema, and clear values be looked for.
    private void requireMaskable(TargetServer.Facts facts, Way way, MaskChecks checks) throws IOException {
        if (options.content().part().dataOnly()) {
            checks.schema(SchemaTrial.facts(new Connections(target, options.connectTimeout())));
        } else if (!facts.mayCreate()) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot check the mask profile: this role may not create databases, and the schema is made in one"
                            + " that is dropped again before any row is restored",
                    "ALTER ROLE … CREATEDB");
        }
        if (way == Way.INTO && !placing.state().encoding().equals(MaskProfile.ENCODING)) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore masked into " + target.display() + ": its encoding is not UTF8",
                    "create it with ENCODING 'UTF8', or let --create do it");
        }
    }

    private void refuseMask() {
        if (mask != null) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore masked inside " + target.display() + ": this role may not create databases",
                    "name an empty database by --target");
        }
    }

    private DatabasePlan plan(
            TargetServer server,
            TableOfContents toc,
            List<TocEntry> chosen,
            Way way,
            TargetServer.Facts facts,
            Optional<InsidePlan> inside,
            List<String> warnings,
            List<String> emptied,
            Set<String> sessions)
            throws IOException {
        RowFiles.Look look = new RowFiles(files, toc, recorded.location()).look(chosen);
        List<String> lost =
                look.lost().keySet().stream().map(RowFiles::name).sorted().toList();
        if (!lost.isEmpty()) {
            if (!options.placement().acceptDamage()) {
                throw new RowFiles(files, toc, recorded.location()).damaged(look.lost());
            }
            lost.forEach(name -> warnings.add(name + " is damaged in the backup, and left out"));
            chosen = chosen.stream()
                    .filter(entry -> !look.lost().containsKey(entry))
                    .toList();
        }
        Map<String, TableRecord> before = tables(recorded);
        long rows = 0;
        int tables = 0;
        for (TocEntry entry : chosen) {
            if (entry.is(TocEntry.TABLE_DATA)) {
                tables++;
                TableRecord table = before.get(Loading.name(entry));
                rows += table == null ? 0 : table.rows();
            }
        }
        boolean whole = options.content().equals(RestoreOptions.Content.ALL);
        Room room = Room.of(recorded, whole, look.bytes(), server);
        room.require(target.display());
        Instant now = around.clock().instant();
        Set<String> taken = facts.databases();
        return new DatabasePlan(
                target.display(),
                way,
                way == Way.INTO || way == Way.INSIDE ? "" : DatabaseNames.scratch(target.database(), now, taken),
                way == Way.SWAP
                        ? Optional.of(new KeptDatabase(DatabaseNames.kept(target.database(), now, taken), facts.oid()))
                        : Optional.empty(),
                inside,
                toc,
                chosen,
                tables,
                rows,
                look.bytes(),
                look.blobs(),
                lost,
                room,
                way == Way.INTO && placing.state().objects() > 0,
                warnings,
                emptied,
                sessions,
                mask == null ? "" : mask.name(),
                options.content().names());
    }

    /// By schema and name.
    static Map<String, TableRecord> tables(SourceRecord recorded) {
        return recorded.tables().stream()
                .collect(Collectors.toMap(TableRecord::name, Function.identity(), (first, _) -> first));
    }

    /// Carries the plan out.
    ///
    /// @throws HoldfastException when it cannot go on; a database that was to be replaced is
    ///     untouched
    public DatabaseResult run(DatabasePlan plan) throws IOException {
        Instant start = around.clock().instant();
        Deadline deadline = Deadline.in(options.timeout(), around.clock());
        around.log().accept("restoring " + recorded.location() + " into " + plan.target());
        try (TargetServer server = TargetServer.reach(target, options.connectTimeout())) {
            leftovers(server).drop(around.log());
        }
        if (!plan.emptied().isEmpty()) {
            // once they are empty it is too late to find out that their rows cannot be read
            new RowFiles(files, plan.toc(), recorded.location())
                    .read(plan.entries(), options.jobs(), around.progress());
        }
        if (plan.schemas().isEmpty() || options.content().part().dataOnly()) {
            return run(plan, deadline, start);
        }
        RenamedDump dump = new RenamingTrial(files, target, options, encoding(recorded), around)
                .dump(DumpContents.read(files, recorded), plan.entries(), deadline);
        return new DatabaseRestore(dump.files(), recorded, target, options.withoutNames(), around, mask, queries)
                .run(plan.of(dump), deadline, start);
    }

    private DatabaseResult run(DatabasePlan plan, Deadline deadline, Instant start) throws IOException {
        RowMasking masking = mask == null ? RowMasking.NONE : masking(mask, plan, deadline);
        if (plan.way() == Way.INTO) {
            return result(plan, filling().fill(plan, target, deadline, masking), true, start);
        }
        RestoreBeside.Done done = plan.inside().isPresent()
                ? new RestoreInside(target, options, around, plan.inside().get()).run(plan, filling(), deadline)
                : new RestoreBeside(target, options, around).run(plan, filling(), deadline, masking);
        return result(plan, done.filled(), done.inPlace(), start);
    }

    private Leftovers leftovers(TargetServer server) {
        return new Leftovers(server, target, options.connectTimeout());
    }

    private Filling filling() {
        return new Filling(files, recorded, options, around, queries);
    }

    /// Checks a profile against the tables that rows will go into, before any does.
    private RowMasking masking(MaskProfile profile, DatabasePlan plan, Deadline deadline) throws IOException {
        around.progress().step("checking the mask profile");
        List<TableColumns> tables;
        if (options.content().part().dataOnly()) {
            tables = SchemaTrial.facts(new Connections(target, options.connectTimeout()));
        } else {
            TargetSession.Manner manner = new TargetSession.Manner(
                    TargetEncoding.of(encoding(recorded), MaskProfile.ENCODING), List.of(), deadline, around.log());
            tables = new SchemaTrial(files, target, options, manner, around.clock()).tables(plan.toc());
        }
        MaskChecks checks = new MaskChecks(profile, encoding(recorded));
        List<CheckResult> evidence = checks.evidence(plan.toc(), plan.entries(), checks.schema(tables));
        evidence.forEach(one -> around.log().accept(one.subject() + ": " + one.detail()));
        return RowMasking.of(profile, plan.entries(), tables, evidence);
    }

    private DatabaseResult result(DatabasePlan plan, Filling.Filled filled, boolean inPlace, Instant start) {
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
