package holdfast.source.postgres.mask;

import holdfast.model.HoldfastException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// How the rows of one table are masked. Immutable; safe to share between threads, each of which
/// opens a [RowMask] of its own.
public final class MaskedTable {
    /// One column that is masked.
    ///
    /// @param index its place in the row
    /// @param by the place of the column that decides how far; its own when none is named
    record MaskedColumn(String name, ColumnRule rule, ColumnType type, byte[] key, int index, int by) {}

    private final TableName name;
    private final List<MaskedColumn> columns = new ArrayList<>();
    private final int copied;
    private final WordLists words;

    MaskedTable(MaskProfile profile, TableColumns table, Map<String, ColumnRule> rules, List<String> copied) {
        name = table.name();
        this.copied = copied.size();
        words = profile.words();
        rules.forEach((column, rule) -> {
            int index = place(copied, column);
            int by = rule.rule().by().isEmpty()
                    ? index
                    : place(copied, rule.rule().by());
            ColumnType type = table.column(column)
                    .map(one -> ColumnType.of(one.type()))
                    .orElseThrow(() -> refused(column, "the table has no such column"));
            RuleFit.misfit(rule.rule(), type, false).ifPresent(misfit -> {
                throw refused(column, "it " + misfit.what());
            });
            columns.add(new MaskedColumn(column, rule, type, profile.key(rule), index, by));
        });
        columns.sort((left, right) -> Integer.compare(left.index(), right.index()));
    }

    private int place(List<String> list, String column) {
        int index = list.indexOf(column);
        if (index < 0) {
            throw refused(column, "its values are not in the dump");
        }
        return index;
    }

    private HoldfastException.PreCheckFailed refused(String column, String why) {
        return new HoldfastException.PreCheckFailed(
                "cannot mask " + name + "." + TableName.quoted(column) + ": " + why, "correct the mask profile");
    }

    public TableName name() {
        return name;
    }

    /// For one thread. The first one of a profile takes up to a second to draw words.
    public RowMask open() {
        return new RowMask(this, null);
    }

    /// The same, and `leaks` gets to know clear values to look for later.
    public RowMask open(LeakScan leaks) {
        return new RowMask(this, leaks);
    }

    List<MaskedColumn> columns() {
        return columns;
    }

    /// How many columns a row has.
    int copied() {
        return copied;
    }

    WordLists words() {
        return words;
    }
}
