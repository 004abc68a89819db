package holdfast.source.postgres.restore;

import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.BrokenArchiveException;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.mask.LeakScan;
import holdfast.source.postgres.mask.MaskProfile;
import holdfast.source.postgres.mask.MaskedTable;
import holdfast.source.postgres.mask.TableColumns;
import holdfast.source.postgres.mask.TableName;
import holdfast.source.postgres.rows.CopyStatement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a mask profile that has passed all its checks means for the rows of one restore. Safe for
/// use by many threads.
final class RowMasking {
    /// Nothing is masked.
    static final RowMasking NONE = new RowMasking(null, Map.of(), List.of());

    private final @Nullable LeakScan leaks;
    private final Map<Integer, MaskedTable> tables;
    private final List<CheckResult> evidence;

    private RowMasking(@Nullable LeakScan leaks, Map<Integer, MaskedTable> tables, List<CheckResult> evidence) {
        this.leaks = leaks;
        this.tables = Map.copyOf(tables);
        this.evidence = List.copyOf(evidence);
    }

    /// @param entries what will be restored
    /// @param facts of all tables that the rows go into
    /// @param evidence what the checks of the profile said
    /// @throws HoldfastException.PreCheckFailed when it is not clear how to mask some table
    static RowMasking of(
            MaskProfile profile, List<TocEntry> entries, List<TableColumns> facts, List<CheckResult> evidence)
            throws BrokenArchiveException {
        Map<TableName, TableColumns> known =
                facts.stream().collect(Collectors.toMap(TableColumns::name, Function.identity()));
        Map<Integer, MaskedTable> tables = new HashMap<>();
        for (TocEntry entry : entries) {
            if (entry.is(TocEntry.TABLE_DATA)) {
                TableName name = new TableName(String.valueOf(entry.namespace()), String.valueOf(entry.tag()));
                TableColumns table = known.get(name);
                if (table == null) {
                    throw new HoldfastException.PreCheckFailed(
                            "cannot mask the rows of " + name + ": nothing is known of that table",
                            "leave it out by --table, or say what is special about it in a report");
                }
                List<String> copied = CopyStatement.of(entry).columns();
                profile.mask(table, copied).ifPresent(masked -> tables.put(entry.dumpId(), masked));
            }
        }
        List<CheckResult> all = new ArrayList<>(evidence);
        all.add(CheckResult.pass(
                "mask profile", profile.name() + ", for the rows of " + Count.of(tables.size(), "table")));
        return new RowMasking(new LeakScan(profile), tables, all);
    }

    boolean isOn() {
        return leaks != null;
    }

    /// What becomes of the rows of an entry; they pass as they are when nothing of them is masked.
    TableLoad.Filter filter(TocEntry entry) {
        MaskedTable table = tables.get(entry.dumpId());
        LeakScan scan = leaks;
        return table == null || scan == null ? TableLoad.Filter.NONE : rows -> new MaskedRows(rows, table, scan);
    }

    /// Schema and name of the tables that are masked.
    Set<String> masked(List<TocEntry> entries) {
        Set<String> names = new HashSet<>();
        entries.stream()
                .filter(entry -> tables.containsKey(entry.dumpId()))
                .forEach(entry -> names.add(Loading.name(entry)));
        return names;
    }

    /// Whether a check found clear values.
    static boolean isLeak(CheckResult check) {
        return check.subject().equals(LeakScan.SUBJECT) && !check.passed();
    }

    /// What proves that clear values are gone, or tells that they are not; nothing when nothing was
    /// masked.
    List<CheckResult> proof(LeakSearch search) throws IOException {
        LeakScan scan = leaks;
        if (scan == null) {
            return List.of();
        }
        List<CheckResult> results = new ArrayList<>(evidence);
        results.addAll(search.run(scan));
        return results;
    }
}
