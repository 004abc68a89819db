package holdfast.source.postgres.restore;

import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import holdfast.model.SourceRecord;
import holdfast.source.postgres.DatabaseStructure;
import holdfast.source.postgres.DumpSelection;
import holdfast.source.postgres.archive.ArchiveFiles;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Restores a dump into a server that was made for it, with the roles it needs, and tells whether
/// it is the database that was backed up. Used by one thread.
///
/// @param server gives the target for a database of that server, whose superuser this is
public record ProofRestore(
        ArchiveFiles files,
        SourceRecord recorded,
        Function<String, ConnectionTarget> server,
        DatabaseStructure structure) {
    private static final String DATABASE = "restored";
    private static final Duration TIMEOUT = Duration.ofHours(24);
    /// Kinds of objects that can belong to nobody else.
    private static final Set<String> OF_SUPERUSERS = Set.of("FOREIGN DATA WRAPPER", "SUBSCRIPTION", "EVENT TRIGGER");

    private static final Pattern LOCALE = Pattern.compile(
            " (?:LOCALE|LC_COLLATE|LC_CTYPE|ICU_LOCALE|BUILTIN_LOCALE|ICU_RULES|LOCALE_PROVIDER|COLLATION_VERSION)"
                    + " = (?:'(?:[^']|'')*'|\\w+)");

    /// @return every check made; a failed one is a finding, not an exception
    public List<CheckResult> run() throws IOException {
        List<CheckResult> checks = new ArrayList<>();
        String subject = recorded.location() + ": server";
        try {
            prepare(DumpContents.read(files, recorded), checks);
            DatabaseRestore restore = new DatabaseRestore(
                    files,
                    recorded,
                    server.apply(DATABASE),
                    options(),
                    new DatabaseRestore.Surroundings(
                            structure, new Progress(), _ -> {}, _ -> {}, InstantSource.system()));
            DatabaseResult result = restore.run(standing(restore.plan(), checks));
            for (RestoreStatus.Failure failure : result.failures()) {
                checks.add(CheckResult.fail(recorded.location() + ": " + failure.object(), failure.reason()));
            }
            if (result.failed() == 0) {
                checks.add(CheckResult.pass(
                        subject, Count.of(result.plan().entries().size(), "entry") + " restored into a server"));
            }
            result.checks()
                    .forEach(check -> checks.add(new CheckResult(
                            recorded.location() + ": " + check.subject(), check.passed(), check.detail())));
        } catch (HoldfastException.PreCheckFailed | SQLException e) {
            checks.add(CheckResult.fail(subject, String.valueOf(e.getMessage())));
        }
        return checks;
    }

    /// What a dump of a part lacks is made here, or is not part of the proof.
    private DatabasePlan standing(DatabasePlan plan, List<CheckResult> checks) throws SQLException {
        if (!recorded.details().containsKey(DumpSelection.DETAIL)) {
            return plan;
        }
        PartialDump part = PartialDump.of(plan.entries());
        if (part.foreignKeys() > 0) {
            checks.add(CheckResult.pass(
                    recorded.location() + ": selection",
                    Count.of(part.foreignKeys(), "foreign key") + " to rows that it leaves out not proven"));
        }
        int next =
                plan.toc().entries().stream().mapToInt(TocEntry::dumpId).max().orElse(0);
        List<TocEntry> entries = new ArrayList<>();
        try (Connection connection = connections(DATABASE).openForRestore("UTF8")) {
            for (String schema : part.schemas()) {
                next++;
                String name =
                        Rows.one(connection, "SELECT pg_catalog.quote_ident(" + Identifiers.literal(schema) + ")");
                entries.add(schema(next, schema, name));
            }
        }
        entries.addAll(part.entries());
        return plan.with(plan.toc(), entries);
    }

    private TocEntry schema(int dumpId, String schema, String quoted) {
        return new TocEntry(
                dumpId,
                false,
                "0",
                "0",
                schema,
                "SCHEMA",
                TocEntry.SECTION_PRE_DATA,
                "CREATE SCHEMA " + quoted + ";\n",
                "",
                null,
                null,
                null,
                null,
                0,
                recorded.details().getOrDefault("postgres.bootstrap-superuser", "postgres"),
                "false",
                List.of());
    }

    private Connections connections(String database) {
        return new Connections(server.apply(database), RestoreOptions.DEFAULTS.connectTimeout());
    }

    private static RestoreOptions options() {
        RestoreOptions usual = RestoreOptions.DEFAULTS;
        return new RestoreOptions(
                Math.max(2, Runtime.getRuntime().availableProcessors()),
                usual.batchBytes(),
                TIMEOUT,
                usual.connectTimeout(),
                usual.maintenanceMemory(),
                RestoreOptions.Content.ALL,
                usual.placement(),
                true,
                true,
                false,
                usual.checks());
    }

    private void prepare(TableOfContents toc, List<CheckResult> checks) throws SQLException {
        try (Connection connection = connections("postgres").openForRestore("UTF8");
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            Set<String> there = Set.copyOf(Rows.column(connection, "SELECT rolname FROM pg_catalog.pg_roles"));
            Set<String> superusers = toc.entries().stream()
                    .filter(entry -> OF_SUPERUSERS.contains(String.valueOf(entry.description())))
                    .map(entry -> String.valueOf(entry.owner()))
                    .collect(Collectors.toSet());
            for (String role : roles(toc)) {
                if (!there.contains(role)) {
                    statement.execute(
                            "CREATE ROLE " + Identifiers.quote(role) + (superusers.contains(role) ? " SUPERUSER" : ""));
                }
            }
            Database database =
                    Database.of(toc, false).on(connection.getMetaData().getDatabaseMajorVersion());
            try {
                statement.execute(database.create(DATABASE));
            } catch (SQLException e) {
                Matcher locale = LOCALE.matcher(database.properties());
                String without = locale.replaceAll("") + " LOCALE = 'C'";
                statement.execute(new Database(without, "", List.of()).create(DATABASE));
                checks.add(CheckResult.pass(
                        recorded.location() + ": locale", "not on this machine, so proven with C: " + FirstLine.of(e)));
            }
        }
    }

    private static Set<String> roles(TableOfContents toc) {
        Set<String> roles = new TreeSet<>();
        for (TocEntry entry : toc.entries()) {
            String owner = Objects.requireNonNullElse(entry.owner(), "");
            if (!owner.isEmpty()) {
                roles.add(owner);
            }
            roles.addAll(PreChecks.rolesOf(entry));
        }
        roles.removeIf(role -> role.startsWith("pg_"));
        return roles;
    }
}
