package holdfast.source.postgres.restore;

import holdfast.model.CheckResult;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.BrokenArchiveException;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.mask.MaskProfile;
import holdfast.source.postgres.mask.Problem;
import holdfast.source.postgres.mask.Problem.Severity;
import holdfast.source.postgres.mask.TableColumns;
import holdfast.source.postgres.mask.TableName;
import holdfast.source.postgres.rows.CopyStatement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Whether a dump can be restored by a mask profile. Pure.
///
/// @param encoding of the dumped database, as PostgreSQL names it
record MaskChecks(MaskProfile profile, String encoding) {
    private static final String STATISTICS = "STATISTICS DATA";

    /// What is restored by the profile: no statistics of the planner, for they hold the most common
    /// values of columns, and large objects as the profile says.
    List<TocEntry> entries(List<TocEntry> chosen) {
        boolean empty = profile.largeObjects() == MaskProfile.LargeObjects.EMPTY;
        return chosen.stream()
                .filter(entry -> !entry.is(STATISTICS) && !(empty && entry.is(TocEntry.LARGE_OBJECTS)))
                .toList();
    }

    /// What a table of contents alone can tell.
    ///
    /// @return warnings
    /// @throws HoldfastException.PreCheckFailed for everything that is wrong
    List<String> plan(TableOfContents toc, List<TocEntry> chosen) throws BrokenArchiveException {
        Map<TableName, List<String>> copied = new HashMap<>();
        for (TocEntry entry : toc.entries()) {
            TableName name = new TableName(String.valueOf(entry.namespace()), String.valueOf(entry.tag()));
            if (entry.is(TocEntry.TABLE) || entry.is("FOREIGN TABLE")) {
                copied.putIfAbsent(name, List.of());
            } else if (entry.is(TocEntry.TABLE_DATA)) {
                copied.put(name, CopyStatement.of(entry).columns());
            }
        }
        List<String> warnings = refuse(profile.checkNames(copied, encoding));
        profile.warnings().forEach(warning -> warnings.add("mask profile: " + warning));
        if (hasLargeObjects(toc.entries())) {
            largeObjects(chosen, warnings);
        }
        return warnings;
    }

    private static boolean hasLargeObjects(List<TocEntry> entries) {
        return entries.stream().anyMatch(entry -> entry.is(TocEntry.LARGE_OBJECTS));
    }

    private void largeObjects(List<TocEntry> chosen, List<String> warnings) {
        switch (profile.largeObjects()) {
            case REFUSE -> {
                if (hasLargeObjects(chosen)) {
                    throw new HoldfastException.PreCheckFailed(
                            "cannot restore masked: the backup has large objects, which may hold clear data and are not"
                                    + " masked",
                            "say in the profile 'large-objects: empty' to restore them without their bytes, or"
                                    + " 'large-objects: keep' if there is nothing to hide in them");
                }
            }
            case KEEP -> {
                if (hasLargeObjects(chosen)) {
                    warnings.add("large objects are restored as they are, for the mask profile says so");
                }
            }
            case EMPTY -> warnings.add("large objects are restored without their bytes, for the mask profile says so");
        }
    }

    /// Everything that tables can tell.
    ///
    /// @return warnings
    /// @throws HoldfastException.PreCheckFailed for everything that is wrong
    List<String> schema(List<TableColumns> tables) {
        return refuse(profile.check(tables, encoding));
    }

    private List<String> refuse(List<Problem> problems) {
        Map<Severity, List<Problem>> bySeverity = problems.stream().collect(Collectors.groupingBy(Problem::severity));
        List<Problem> errors = bySeverity.getOrDefault(Severity.ERROR, List.of());
        if (!errors.isEmpty()) {
            throw new HoldfastException.PreCheckFailed(
                    "the mask profile " + profile.name() + " does not fit the backup:\n"
                            + errors.stream().map(one -> "  " + one).collect(Collectors.joining("\n")),
                    "correct the profile; nothing was restored");
        }
        return bySeverity.getOrDefault(Severity.WARNING, List.of()).stream()
                .map(Problem::toString)
                .collect(Collectors.toCollection(ArrayList::new));
    }

    /// What the result says of the profile, whatever becomes of the rows.
    ///
    /// @param warnings of [#schema]
    List<CheckResult> evidence(TableOfContents toc, List<TocEntry> chosen, List<String> warnings) {
        List<String> all = new ArrayList<>(warnings);
        if (hasLargeObjects(toc.entries())) {
            largeObjects(chosen, all);
        }
        return all.stream()
                .map(warning -> CheckResult.pass("mask profile", "warning: " + warning))
                .toList();
    }
}
