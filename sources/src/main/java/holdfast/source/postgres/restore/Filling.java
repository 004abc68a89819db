package holdfast.source.postgres.restore;

import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.model.HoldfastException;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.source.postgres.archive.ArchiveFiles;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.restore.DatabasePlan.Way;
import holdfast.source.postgres.restore.RestoreOptions.Check;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Fills one database from a dump and looks at the result. Used by one thread, works with several.
final class Filling {
    private static final String CHECKSUM = "checksum";

    private final ArchiveFiles files;
    private final SourceRecord recorded;
    private final RestoreOptions options;
    private final DatabaseRestore.Surroundings around;
    private final UserQueries queries;

    Filling(
            ArchiveFiles files,
            SourceRecord recorded,
            RestoreOptions options,
            DatabaseRestore.Surroundings around,
            UserQueries queries) {
        this.files = files;
        this.recorded = recorded;
        this.options = options;
        this.around = around;
        this.queries = queries;
    }

    /// What became of a database.
    record Filled(RestoreStatus status, List<CheckResult> checks, List<DatabaseResult.TableStatistics> statistics) {
        boolean right() {
            return status.failed() == 0 && checks.stream().allMatch(CheckResult::passed);
        }

        /// With one more, failures first.
        Filled and(CheckResult check) {
            List<CheckResult> all = new ArrayList<>(checks);
            all.add(check);
            all.sort(Comparator.comparing(CheckResult::passed));
            return new Filled(status, all, statistics);
        }

        /// Whether it may take its place: right, or wanted as it is, but never with clear values
        /// where there shall be none.
        boolean placeable(RestoreOptions options) {
            return right()
                    || (options.placement().acceptDamage() && checks.stream().noneMatch(RowMasking::isLeak));
        }
    }

    Filled fill(DatabasePlan plan, ConnectionTarget into, Deadline deadline, RowMasking masking) throws IOException {
        Connections connections = new Connections(into, options.connectTimeout(), options.timeout());
        RestoreStatus status = new RestoreStatus(around.tables());
        List<TocEntry> entries = entries(plan);
        Optional<ExistingTables> existing = Optional.empty();
        if (options.content().part().dataOnly()) {
            existing = Optional.of(ExistingTables.in(into, options, names(entries)));
            entries = existing.get().ordered(entries);
        }
        List<String> settings = existing.filter(ExistingTables::replica)
                .map(_ -> List.of(ExistingTables.REPLICA))
                .orElse(List.of());
        TargetSession.Manner manner =
                new TargetSession.Manner(encoding(connections, entries), settings, deadline, around.log());
        TableTriggers triggers = existing.map(ExistingTables::triggers).orElse(TableTriggers.NONE);
        if (!plan.emptied().isEmpty() && existing.isPresent()) {
            empty(plan, connections, manner, entries, existing.get());
        }
        Loading.Setting setting = new Loading.Setting(
                options.jobs(),
                // without the rights of a replica rows must find those that they refer to
                existing.isPresent() && !existing.get().replica() ? Long.MAX_VALUE / 2 : options.batchBytes(),
                manner,
                options.memory(),
                new EntrySql(plan.toc(), options.owners(), options.tablespaces()),
                existing.isPresent() ? TableLoad.Fresh.OLD : TableLoad.Fresh.NEW,
                masking,
                triggers);
        Map<String, TableRecord> before = DatabaseRestore.tables(recorded);
        try {
            new Loading(
                            Sessions.of(connections, manner),
                            plan.toc(),
                            files,
                            before,
                            setting,
                            status,
                            around.progress(),
                            around.clock())
                    .run(entries);
        } catch (HoldfastException.PreCheckFailed | HoldfastException.Failed | IOException e) {
            if (plan.way() != Way.INTO) {
                throw failed(e);
            }
            // what is there stays there
            around.log().accept("FAILED " + e.getMessage());
            status.abandoned(String.valueOf(e.getMessage()), new TreeSet<>(names(entries)));
            return new Filled(status, List.of(), List.of());
        }
        return looked(plan, connections, manner, existing, masking, status);
    }

    /// It is no check beforehand that has failed.
    private static HoldfastException.Failed failed(Exception e) {
        return e instanceof HoldfastException.Failed failed
                ? failed
                : new HoldfastException.Failed(
                        "the restore ended early: " + e.getMessage(),
                        e instanceof HoldfastException holdfast
                                ? holdfast.hint()
                                : "see the server's log, and try again",
                        e);
    }

    TargetSession.Manner manner(Connections connections, Deadline deadline) throws IOException {
        return new TargetSession.Manner(encoding(connections, List.of()), List.of(), deadline, around.log());
    }

    /// Everything into new tables, by sessions that somebody else looks after.
    void load(DatabasePlan plan, Sessions sessions, int width, TargetSession.Manner manner, RestoreStatus status)
            throws IOException {
        new Loading(
                        sessions,
                        plan.toc(),
                        files,
                        DatabaseRestore.tables(recorded),
                        new Loading.Setting(
                                width,
                                options.batchBytes(),
                                manner,
                                options.memory(),
                                new EntrySql(plan.toc(), options.owners(), options.tablespaces()),
                                TableLoad.Fresh.NEW,
                                RowMasking.NONE),
                        status,
                        around.progress(),
                        around.clock())
                .run(entries(plan));
    }

    /// Looks at what [#load] has loaded.
    Filled look(DatabasePlan plan, Connections connections, Deadline deadline, RestoreStatus status)
            throws IOException {
        TargetSession.Manner manner = manner(connections, deadline);
        return looked(plan, connections, manner, Optional.empty(), RowMasking.NONE, status);
    }

    private Filled looked(
            DatabasePlan plan,
            Connections connections,
            TargetSession.Manner manner,
            Optional<ExistingTables> existing,
            RowMasking masking,
            RestoreStatus status)
            throws IOException {
        try {
            Looking looking = new Looking(plan, status, manner.deadline(), around.log());
            return looked(plan, connections, manner, existing, masking, status, looking);
        } catch (HoldfastException.PreCheckFailed e) {
            throw failed(e);
        }
    }

    private Filled looked(
            DatabasePlan plan,
            Connections connections,
            TargetSession.Manner manner,
            Optional<ExistingTables> existing,
            RowMasking masking,
            RestoreStatus status,
            Looking looking)
            throws IOException {
        List<TocEntry> entries = entries(plan);
        step("analysing");
        List<DatabaseResult.TableStatistics> statistics =
                Statistics.of(connections, manner, entries, options.jobs(), looking);
        List<CheckResult> checks = new ArrayList<>();
        checks.addAll(data(plan, status));
        boolean worth = status.failed() == 0 || options.placement().acceptDamage();
        if (worth) {
            step("verifying");
            checks.addAll(verify(plan, connections, existing, masking, looking));
        }
        if (status.failed() == 0 || plan.way() == Way.INTO) {
            checks.addAll(masking.proof(new LeakSearch(connections, options.jobs(), around.progress())));
        }
        if (plan.way() == Way.INTO && checks.stream().anyMatch(RowMasking::isLeak)) {
            checks.add(
                    CheckResult.fail("database " + plan.target(), "holds clear values in the columns named: drop it"));
        }
        if (worth) {
            step("asking");
            checks.addAll(looking.at("it was asked the queries", () -> queries.run(connections)));
        }
        checks.sort(Comparator.comparing(CheckResult::passed));
        return new Filled(status, checks, statistics);
    }

    /// Whether the data that was wanted is that which was stored.
    private List<CheckResult> data(DatabasePlan plan, RestoreStatus status) {
        List<CheckResult> results = new ArrayList<>();
        plan.lost().forEach(name -> results.add(CheckResult.fail(name, "damaged in the backup, and left out")));
        if (options.checks().contains(Check.CHECKSUM)) {
            results.add(
                    status.damaged()
                            ? CheckResult.fail(CHECKSUM, "something of the backup is not what was stored")
                            : CheckResult.pass(
                                    CHECKSUM, Count.of(plan.blobs(), "blob") + " of rows, each as its hash says"));
        }
        return results;
    }

    private void step(String name) {
        around.progress().step(name);
        around.log().accept(name);
    }

    private static Set<String> names(List<TocEntry> entries) {
        return entries.stream()
                .filter(entry -> entry.is(TocEntry.TABLE_DATA))
                .map(Loading::name)
                .collect(Collectors.toSet());
    }

    private static void empty(
            DatabasePlan plan,
            Connections connections,
            TargetSession.Manner manner,
            List<TocEntry> entries,
            ExistingTables existing)
            throws IOException {
        List<TocEntry> tables =
                entries.stream().filter(entry -> entry.is(TocEntry.TABLE_DATA)).toList();
        try (TargetSession session = new TargetSession(connections, manner)) {
            session.execute("BEGIN");
            for (String statement : existing.triggers().off(names(tables))) {
                session.execute(statement);
            }
            session.execute(existing.truncate(tables, names(tables)));
            for (String statement : existing.triggers().on(names(tables))) {
                session.execute(statement);
            }
            session.execute("COMMIT");
        } catch (SQLException e) {
            throw new HoldfastException.Failed(
                    "cannot empty the tables in " + plan.target() + ": " + FirstLine.of(e), "nothing was changed", e);
        }
    }

    private List<TocEntry> entries(DatabasePlan plan) {
        return options.privileges()
                ? plan.entries()
                : plan.entries().stream()
                        .filter(entry -> !String.valueOf(entry.description()).contains("ACL"))
                        .toList();
    }

    private TargetEncoding encoding(Connections connections, List<TocEntry> entries) throws IOException {
        try (Connection connection = connections.openForRestore("UTF8")) {
            String server = Rows.one(connection, "SELECT pg_catalog.current_setting('server_encoding')");
            TargetEncoding encoding = TargetEncoding.of(DatabaseRestore.encoding(recorded), server);
            encoding.requireNames(entries);
            return encoding;
        } catch (SQLException e) {
            throw new IOException("cannot ask for the encoding of the target: " + FirstLine.of(e), e);
        }
    }

    private List<CheckResult> verify(
            DatabasePlan plan,
            Connections connections,
            Optional<ExistingTables> existing,
            RowMasking masking,
            Looking looking)
            throws IOException {
        Set<Check> checks = options.checks();
        boolean whole = !options.content().selects() && options.content().part() == RestoreOptions.Part.ALL;
        Verification verification =
                new Verification(connections, recorded, plan.toc(), entries(plan), plan.inside(), around.progress());
        List<CheckResult> results = new ArrayList<>();
        if (checks.contains(Check.STRUCTURE) && !options.content().part().dataOnly()) {
            Structure.Manner manner = new Structure.Manner(true, whole, options.owners(), options.privileges());
            results.addAll(
                    looking.at("the structure was verified", () -> verification.structure(around.structure(), manner)));
        }
        results.addAll(looking.at("constraints were verified", () -> verification.constraints(checks)));
        if (checks.contains(Check.RELATIONSHIPS) && existing.isPresent()) {
            ExistingTables tables = existing.get();
            results.addAll(looking.at("foreign keys were verified", () -> verification.relationships(tables)));
        }
        boolean appended = options.content().part() == RestoreOptions.Part.DATA_APPENDED;
        if (checks.contains(Check.FINGERPRINTS) && !appended) {
            Set<String> masked = masking.masked(plan.entries());
            results.addAll(looking.at(
                    "the rows were verified",
                    () -> verification.fingerprints(DatabaseRestore.tables(recorded), options.jobs(), masked)));
        }
        return results;
    }
}
