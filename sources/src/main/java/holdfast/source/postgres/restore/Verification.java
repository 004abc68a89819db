package holdfast.source.postgres.restore;

import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.model.Fingerprint;
import holdfast.model.Progress;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.source.postgres.DatabaseStructure;
import holdfast.source.postgres.TableFingerprints;
import holdfast.source.postgres.archive.BrokenArchiveException;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.restore.RestoreOptions.Check;
import holdfast.source.postgres.rows.CopyStatement;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Looks at a restored database and tells where it is not what was backed up. Changes nothing. Used
/// by one thread.
final class Verification {
    private static final String NOT_VALID = "NOT VALID";

    private static final String BROKEN_CONSTRAINTS = """
            SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), k.conname, n.nspname, c.relname, k.coninhcount > 0
            FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT k.convalidated AND k.conparentid = 0 AND n.nspname <> ALL ({old}::text[]) AND (pg_catalog.to_jsonb(k) ->> 'conenforced') IS DISTINCT FROM 'false'
              AND (k.contype = 'f') =""";

    private static final String COUNT_CONSTRAINTS =
            "SELECT pg_catalog.count(*) FROM pg_catalog.pg_constraint WHERE conrelid <> 0 AND (contype = 'f') = ";

    private static final String BROKEN_INDEXES = """
            SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
            FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT (i.indisvalid AND i.indisready) AND n.nspname <> ALL ({old}::text[]) AND c.relkind = 'i'""";

    private static final String SUPERUSER = "postgres.bootstrap-superuser";

    private final Connections connections;
    private final SourceRecord recorded;
    private final TableOfContents toc;
    private final List<TocEntry> restored;
    private final Optional<InsidePlan> inside;
    private final Progress progress;

    /// @param restored the entries that were
    /// @param inside what else is in the database, when that was to stay
    Verification(
            Connections connections,
            SourceRecord recorded,
            TableOfContents toc,
            List<TocEntry> restored,
            Optional<InsidePlan> inside,
            Progress progress) {
        this.connections = connections;
        this.recorded = recorded;
        this.toc = toc;
        this.restored = restored;
        this.inside = inside;
        this.progress = progress;
    }

    List<CheckResult> structure(DatabaseStructure actual, Structure.Manner manner) throws IOException {
        progress.step("verifying structure");
        TableOfContents now = actual.read(connections, DatabaseRestore.encoding(recorded));
        boolean sameSuperuser = superuser().equals(recorded.details().getOrDefault(SUPERUSER, ""));
        boolean same = manner.text()
                && major(now.header().dumpVersion()).equals(major(toc.header().dumpVersion()));
        boolean sameServer =
                major(now.header().serverVersion()).equals(major(toc.header().serverVersion()));
        return Structure.compare(
                restored,
                inside.map(plan -> plan.compared(now.entries())).orElse(now.entries()),
                new Structure.Manner(
                        same && sameServer,
                        manner.complete(),
                        manner.owners(),
                        // what PostgreSQL itself owns is granted by whoever owns it
                        manner.privileges() && sameSuperuser));
    }

    private String superuser() throws IOException {
        try (Connection connection = connections.open()) {
            return Rows.one(connection, "SELECT rolname FROM pg_catalog.pg_roles WHERE oid = 10");
        } catch (SQLException e) {
            throw new IOException("cannot verify the structure: " + FirstLine.of(e), e);
        }
    }

    private static String major(String version) {
        return version.replaceFirst("[^0-9].*", "");
    }

    /// What the server says of its constraints and indexes: those that were not valid before may be
    /// so still.
    List<CheckResult> constraints(Set<Check> checks) throws IOException {
        progress.step("verifying constraints");
        Set<String> knownInvalid = new HashSet<>();
        for (TocEntry entry : toc.entries()) {
            if (Objects.requireNonNullElse(entry.definition(), "").contains(NOT_VALID)) {
                knownInvalid.add(invalid(entry.namespace(), entry.tag()));
                knownInvalid.add(inherited(entry.tag()));
            }
        }
        List<CheckResult> results = new ArrayList<>();
        try (Connection connection = connections.open()) {
            if (checks.contains(Check.RELATIONSHIPS)) {
                results.add(validity("relationships", "foreign key", connection, true, knownInvalid));
            }
            if (checks.contains(Check.CONSTRAINTS)) {
                results.add(validity("constraints", "constraint", connection, false, knownInvalid));
                List<String> broken = Rows.column(connection, BROKEN_INDEXES.replace("{old}", old()));
                results.add(
                        broken.isEmpty()
                                ? CheckResult.pass("indexes", "all valid")
                                : CheckResult.fail("indexes", "not valid: " + String.join(", ", broken)));
            }
        } catch (SQLException e) {
            throw new IOException("cannot verify: " + FirstLine.of(e), e);
        }
        return results;
    }

    /// Rows that were loaded without being checked.
    List<CheckResult> relationships(ExistingTables tables) throws IOException {
        try (Connection connection = connections.openForRestore("UTF8")) {
            return tables.violations(connection);
        } catch (SQLException e) {
            throw new IOException("cannot verify the foreign keys: " + FirstLine.of(e), e);
        }
    }

    /// Schemas that are not looked at.
    private String old() {
        return inside.map(InsidePlan::old).orElse(Set.of()).stream()
                .map(Identifiers::literal)
                .collect(Collectors.joining(", ", "ARRAY[", "]"));
    }

    /// A constraint that was not valid, by its table's schema and the tag of its entry, which is the
    /// table's name and its own.
    private static String invalid(@Nullable String schema, @Nullable String tag) {
        return schema + "." + tag;
    }

    /// Tables that inherit a constraint have it without an entry of their own.
    private static String inherited(@Nullable String tag) {
        String text = String.valueOf(tag);
        return text.substring(text.lastIndexOf(' ') + 1);
    }

    private CheckResult validity(
            String subject, String what, Connection connection, boolean foreign, Set<String> knownInvalid)
            throws SQLException {
        List<String> broken = Rows.of(connection, BROKEN_CONSTRAINTS.replace("{old}", old()) + " " + foreign).stream()
                .filter(row -> !knownInvalid.contains(invalid(row.get(2), row.get(3) + " " + row.get(1))))
                .filter(row -> !row.get(4).equals("t") || !knownInvalid.contains(inherited(" " + row.get(1))))
                .map(row -> row.get(1) + " of " + row.get(0))
                .toList();
        long count = Long.parseLong(Rows.one(connection, COUNT_CONSTRAINTS + foreign));
        return broken.isEmpty()
                ? CheckResult.pass(subject, Count.of(count, what) + ", all that were valid are")
                : CheckResult.fail(subject, "not valid: " + String.join(", ", broken));
    }

    /// Every table's rows against those that were backed up.
    ///
    /// @param tablesBefore by schema and name
    /// @param masked tables whose rows cannot equal those; only their number is compared
    List<CheckResult> fingerprints(Map<String, TableRecord> tablesBefore, int width, Set<String> masked)
            throws IOException {
        progress.step("verifying rows");
        List<TocEntry> data =
                restored.stream().filter(entry -> entry.is(TocEntry.TABLE_DATA)).toList();
        boolean objects = restored.stream().anyMatch(entry -> entry.is(TocEntry.LARGE_OBJECTS));
        TableOfContents tables = objects ? toc : new TableOfContents(toc.header(), data);
        Map<String, TableRecord> actual =
                new HashMap<>(new TableFingerprints(connections, DatabaseRestore.encoding(recorded), width, progress)
                        .read(tables, data));
        Map<String, TableRecord> before = new HashMap<>(tablesBefore);
        for (List<String> parts : loadedTogether(data)) {
            together(parts, before);
            together(parts, actual);
        }
        List<CheckResult> results = new ArrayList<>();
        Set<String> counted = new HashSet<>(masked);
        loadedTogether(data).stream()
                .filter(parts -> parts.stream().anyMatch(masked::contains))
                .forEach(parts -> counted.add(String.join(" and ", parts)));
        actual.forEach((name, table) -> results.add(compare(name, before.get(name), table, counted.contains(name))));
        results.sort(Comparator.comparing(check -> !check.subject().startsWith(TableRecord.CRITICAL)));
        return results;
    }

    /// Partitions whose rows were loaded by the table that they are part of: which rows each of
    /// them has may differ.
    private static List<List<String>> loadedTogether(List<TocEntry> data) throws BrokenArchiveException {
        Map<String, List<String>> byTable = new HashMap<>();
        for (TocEntry entry : data) {
            byTable.computeIfAbsent(CopyStatement.of(entry).qualified(), _ -> new ArrayList<>())
                    .add(Loading.name(entry));
        }
        return byTable.values().stream().filter(names -> names.size() > 1).toList();
    }

    private static void together(List<String> parts, Map<String, TableRecord> tables) {
        long rows = 0;
        Fingerprint sum = Fingerprint.EMPTY;
        boolean critical = false;
        for (String part : parts) {
            TableRecord table = tables.remove(part);
            if (table != null) {
                rows += table.rows();
                sum = sum.plus(table.fingerprint());
                critical |= table.critical();
            }
        }
        String name = String.join(" and ", parts);
        tables.put(name, new TableRecord(name, rows, sum, critical));
    }

    private static CheckResult compare(String name, @Nullable TableRecord before, TableRecord now, boolean masked) {
        String subject = before == null ? "table " + name : before.subject();
        if (before == null) {
            return CheckResult.fail(subject, "nothing is recorded of it");
        }
        if (before.rows() != now.rows()) {
            return CheckResult.fail(subject, Count.of(now.rows(), "row") + ", the backup has " + before.rows());
        }
        if (masked) {
            return CheckResult.pass(subject, "masked, " + Count.of(now.rows(), "row") + " as in the backup");
        }
        return before.fingerprint().equals(now.fingerprint())
                ? CheckResult.pass(subject, Count.of(now.rows(), "row") + " identical to the backup")
                : CheckResult.fail(subject, "its rows are not those of the backup");
    }
}
